// The storage account: what jobs take, make and leave, the weights of models, the package of the Functions app, the queue that wakes workers,
// and the topic on which it tells of new blobs.

param location string
param tags object

@description('Ends the names of resources, which have to be unique in the world.')
@minLength(13)
param token string
param sku string

@description('Days that deleted blobs can be brought back; 0: not at all.')
param keepDeletedDays int

@description('Days after which scratch goes that the program has left.')
param scratchDays int

@description('Origins whose pages may write to the addresses that uploads are given.')
param webOrigins array

@description('Identity of the Functions app.')
param functionsPrincipalId string

@description('Identity of the GPU workers; empty: there are none.')
param gpuPrincipalId string

@description('Who may put models into their container; empty: nobody.')
param deployerPrincipalId string
param deployerPrincipalType string

var scratch = 'work'
var models = 'models'
var containers = ['uploads', 'outputs', 'stems', 'chains', scratch, models]
var package = 'app-package'
var wakeQueue = 'gpu-wake'

var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  blobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'st${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: keepDeletedDays > 0 ? { enabled: true, days: keepDeletedDays } : { enabled: false }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    cors: {
      corsRules: [
        {
          allowedOrigins: webOrigins
          allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT']
          allowedHeaders: ['content-type', 'range', 'x-ms-blob-type', 'x-ms-version']
          exposedHeaders: ['content-length', 'content-range', 'etag']
          maxAgeInSeconds: 3600
        }
      ]
    }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [
  for name in concat(containers, [package]): {
    parent: blobs
    name: name
    properties: { publicAccess: 'None' }
  }
]

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource wake 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = {
  parent: queues
  name: wakeQueue
}

// The program removes what it no longer needs. This is for what it could not: scratch of a process that never came back, versions of who turned them on.
// Blocks that were never committed the service removes after a week by itself.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'scratch'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${scratch}/']
            }
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: scratchDays } }
            }
          }
        }
        {
          name: 'old-versions'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'] }
            actions: {
              snapshot: { delete: { daysAfterCreationGreaterThan: 7 } }
              version: { delete: { daysAfterCreationGreaterThan: 7 } }
            }
          }
        }
      ]
    }
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-${token}'
  location: location
  tags: tags
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

// Owner, not contributor: the Functions host takes leases for its timers and blob triggers, which asks for it. Queues: blob triggers keep what they could
// not do in queues of their own, and the app calls workers through one.
resource functionsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.blobDataOwner, roles.tableDataContributor, roles.queueDataContributor]: {
    name: guid(account.id, functionsPrincipalId, role)
    scope: account
    properties: {
      principalId: functionsPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource gpuRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.blobDataContributor, roles.tableDataContributor]: if (!empty(gpuPrincipalId)) {
    name: guid(account.id, gpuPrincipalId, role)
    scope: account
    properties: {
      principalId: gpuPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource gpuTakesCalls 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(gpuPrincipalId)) {
  name: guid(wake.id, gpuPrincipalId, roles.queueDataContributor)
  scope: wake
  properties: {
    principalId: gpuPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.queueDataContributor)
  }
}

resource deployerInstallsModels 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  name: guid(account.id, models, deployerPrincipalId, roles.blobDataContributor)
  scope: blobContainers[indexOf(containers, models)]
  properties: {
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobDataContributor)
  }
}

output accountName string = account.name
output packageContainer string = package
output gpuWakeQueue string = wakeQueue
output eventTopicName string = topic.name
