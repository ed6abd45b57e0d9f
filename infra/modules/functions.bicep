// The Functions app: the API, the page, the orchestrations, and every activity that needs no GPU.

param name string
param location string
param tags object

@description('Ends the names of resources, which have to be unique in the world.')
@minLength(13)
param token string
param identityId string
param identityClientId string
param storageAccountName string

@description('Container that the app\'s package lies in.')
param packageContainer string
param applicationInsightsName string
param schedulerEndpoint string
param taskHub string
param memoryMB int
param maxInstances int
param alwaysReady int

@description('Where the activities of the GPU lane run.')
@allowed(['remote', 'none'])
param gpuWorkers string
param maxConcurrentJobs int
param keepTracesDays int
param retentionEnabled bool
param retentionDays int
param audioTargetLufs string
param audioNormalize bool
param corsOrigins string

@secure()
param ownerKey string

// Each inbox is served by two functions: one that hears the account's events, and one that scans, for where there are no events.
var scanning = ['SeparateOnScan', 'ChainsOnScan', 'ReferencesOnScan']

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${account.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: memoryMB
        maximumInstanceCount: maxInstances
        alwaysReady: alwaysReady > 0 ? [{ name: 'http', instanceCount: alwaysReady }] : []
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        // The host's own.
        AzureWebJobsStorage__accountName: account.name
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
        DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};TaskHub=${taskHub};Authentication=ManagedIdentity;ClientID=${identityClientId}'
        FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '220200960'

        // The program's.
        Storage__BlobServiceUri: account.properties.primaryEndpoints.blob
        Storage__TableServiceUri: account.properties.primaryEndpoints.table
        Storage__QueueServiceUri: account.properties.primaryEndpoints.queue
        Storage__ClientId: identityClientId
        Gpu__Workers: gpuWorkers
        // A model's weights fit into no instance of the app: without workers the composer is what plays unless another is asked for.
        Engines__Generator: gpuWorkers == 'none' ? 'composer' : ''
        Pipeline__MaxConcurrentJobs: string(maxConcurrentJobs)
        Pipeline__KeepTracesDays: string(keepTracesDays)
        Retention__Enabled: string(retentionEnabled)
        Retention__DaysOld: string(retentionDays)
        AUDIO_NORMALIZE: string(audioNormalize)
      },
      empty(audioTargetLufs) ? {} : { AUDIO_TARGET_LUFS: audioTargetLufs },
      empty(corsOrigins) ? {} : { Cors__Origins: corsOrigins },
      empty(ownerKey) ? {} : { Identity__OwnerKey: ownerKey },
      toObject(scanning, function => 'AzureWebJobs.${function}.Disabled', function => 'true')
    )
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
