#!/bin/sh
# Tells Event Grid where the app listens. The app's host makes the key that the address needs when it first starts with blob triggers.
set -eu

cd "$(dirname "$0")/.."
again='azd hooks run postdeploy --service api'
if [ -z "${SERVICE_API_NAME:-}" ]; then
  echo "This needs what azd knows of the deployment: $again" >&2
  exit 1
fi
if ! command -v az >/dev/null; then
  echo "The Azure CLI (az) is missing, so files in the inboxes start nothing yet. Once it is there: $again" >&2
  exit 1
fi

tries=20
until [ "$(az functionapp keys list --subscription "$AZURE_SUBSCRIPTION_ID" -g "$AZURE_RESOURCE_GROUP" -n "$SERVICE_API_NAME" --query 'systemKeys.blobs_extension != null' -o tsv)" = true ]; do
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ]; then
    echo "$SERVICE_API_NAME has not started its blob triggers within 5 minutes. When its logs are clean: $again" >&2
    exit 1
  fi
  sleep 15
done

az deployment group create --subscription "$AZURE_SUBSCRIPTION_ID" -g "$AZURE_RESOURCE_GROUP" -n event-subscriptions -f event-subscriptions.bicep \
  -p functionsName="$SERVICE_API_NAME" topicName="$EVENT_TOPIC_NAME" -o none
