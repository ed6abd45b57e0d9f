// The Durable Task Scheduler, which holds the orchestrations of the Functions app and hands the GPU's activities to the workers.

param location string
param tags object

@description('Ends the names of resources, which have to be unique in the world.')
@minLength(13)
param token string
param sku string
param ipAllowlist array

@description('Days after which the scheduler forgets instances that have ended, should the program not have had it forget them.')
param keepDays int

@description('Identities of the programs.')
param programPrincipalIds array

@description('Who may look at the dashboard; empty: nobody.')
param deployerPrincipalId string
param deployerPrincipalType string

// As host.json says.
var hub = 'dgxmusic'

var roles = {
  dataContributor: '0ad04412-c4d5-4796-b79c-f76d14c8d402'
}

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: 'dts-${token}'
  location: location
  tags: tags
  properties: {
    sku: sku == 'Dedicated' ? { name: sku, capacity: 1 } : { name: sku }
    ipAllowlist: ipAllowlist
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: hub
}

resource retention 'Microsoft.DurableTask/schedulers/retentionPolicies@2025-11-01' = {
  parent: scheduler
  name: 'default'
  properties: {
    retentionPolicies: [{ retentionPeriodInDays: keepDays }]
  }
}

resource programs 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in programPrincipalIds: {
    name: guid(scheduler.id, principalId, roles.dataContributor)
    scope: scheduler
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.dataContributor)
    }
  }
]

resource deployer 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  name: guid(scheduler.id, deployerPrincipalId, roles.dataContributor)
  scope: scheduler
  properties: {
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.dataContributor)
  }
}

output endpoint string = scheduler.properties.endpoint
output taskHub string = taskHub.name
