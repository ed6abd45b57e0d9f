// Tells the Functions app of files that come into the inboxes. Deployed by a hook after the app: Event Grid asks the app's address whether it wants the
// events, with a key that the app's host makes when it first starts.

@description('Name of the Functions app.')
param functionsName string

@description('Name of the storage account\'s topic.')
param topicName string

// The functions that hear, by the folder that they serve.
var inboxes = [
  { folder: 'separate', function: 'SeparateOnEvent' }
  { folder: 'chains', function: 'ChainsOnEvent' }
  { folder: 'references', function: 'ReferencesOnEvent' }
]

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: functionsName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource subscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for inbox in inboxes: {
    parent: topic
    name: 'inbox-${inbox.folder}'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      destination: {
        endpointType: 'WebHook'
        properties: {
          endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.${inbox.function}&code=${listKeys('${app.id}/host/default', '2024-11-01').systemKeys.blobs_extension}'
          maxEventsPerBatch: 1
          minimumTlsVersionAllowed: '1.2'
        }
      }
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
        subjectBeginsWith: '/blobServices/default/containers/uploads/blobs/${inbox.folder}/'
      }
      retryPolicy: {
        eventTimeToLiveInMinutes: 1440
        maxDeliveryAttempts: 30
      }
    }
  }
]
