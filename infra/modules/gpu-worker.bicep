// The GPU workers: a container app without ingress that takes the activities of the GPU lane, and nobody while there are none.

param location string
param tags object

@description('Ends the names of resources, which have to be unique in the world.')
@minLength(13)
param token string

@allowed(['T4', 'A100'])
param gpu string
param minReplicas int
param maxReplicas int

@description('Whether what waits in the task hub calls workers as well.')
param scaleOnBacklog bool

@description('Empty before the first build; then one that needs nothing stands in, and is never started.')
param image string
param identityId string
param identityClientId string
param identityPrincipalId string
param storageAccountName string
param gpuWakeQueue string
param schedulerEndpoint string
param taskHub string
param workspaceId string

var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'
var healthPort = 8080
var stopSeconds = 110

// A replica has the whole machine of its profile.
var machines = {
  T4: { profile: 'Consumption-GPU-NC8as-T4', cpu: 8, memory: '56Gi' }
  A100: { profile: 'Consumption-GPU-NC24-A100', cpu: 24, memory: '220Gi' }
}
var machine = machines[gpu]

var calledByQueue = {
  name: 'called'
  azureQueue: {
    accountName: storageAccountName
    queueName: gpuWakeQueue
    queueLength: 1
    identity: identityId
  }
}

var calledByBacklog = {
  name: 'backlog'
  custom: {
    type: 'azure-durabletask-scheduler'
    metadata: {
      endpoint: schedulerEndpoint
      taskhubName: taskHub
      workItemType: 'Activity'
      maxConcurrentWorkItemsCount: '1'
    }
    identity: identityId
  }
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: 'cr${token}'
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: {
    adminUserEnabled: false
  }
}

resource pulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, identityPrincipalId, acrPull)
  scope: registry
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
  }
}

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: 'cae-${token}'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: { destination: 'azure-monitor' }
    workloadProfiles: [
      { name: 'Consumption', workloadProfileType: 'Consumption' }
      { name: 'gpu', workloadProfileType: machine.profile }
    ]
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'ContainerAppConsoleLogs', enabled: true }
      { category: 'ContainerAppSystemLogs', enabled: true }
    ]
  }
}

resource worker 'Microsoft.App/containerApps@2025-07-01' = {
  name: 'ca-gpu-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'gpu' })
  dependsOn: [pulls]
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'gpu'
    configuration: {
      activeRevisionsMode: 'Single'
      maxInactiveRevisions: 3
      registries: [{ server: registry.properties.loginServer, identity: identityId }]
    }
    template: {
      // Told to stop, a worker leaves the activity it has, half a minute of work at most, which is delivered again; it closes its stores and its health endpoint meanwhile.
      terminationGracePeriodSeconds: stopSeconds + 10
      containers: [
        {
          name: 'worker'
          image: empty(image) ? 'mcr.microsoft.com/k8se/quickstart:latest' : image
          resources: { cpu: machine.cpu, memory: machine.memory }
          env: [
            { name: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING', value: 'Endpoint=${schedulerEndpoint};TaskHub=${taskHub};Authentication=ManagedIdentity;ClientID=${identityClientId}' }
            { name: 'Storage__BlobServiceUri', value: account.properties.primaryEndpoints.blob }
            { name: 'Storage__TableServiceUri', value: account.properties.primaryEndpoints.table }
            { name: 'Storage__QueueServiceUri', value: account.properties.primaryEndpoints.queue }
            { name: 'Storage__ClientId', value: identityClientId }
            { name: 'GpuWorker__StopSeconds', value: string(stopSeconds) }
          ]
          probes: [
            { type: 'Startup', httpGet: { path: '/healthz', port: healthPort }, periodSeconds: 5, failureThreshold: 10, timeoutSeconds: 5 }
            { type: 'Liveness', httpGet: { path: '/healthz', port: healthPort }, periodSeconds: 30, failureThreshold: 4, timeoutSeconds: 10 }
            { type: 'Readiness', httpGet: { path: '/readyz', port: healthPort }, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        pollingInterval: 15
        cooldownPeriod: 300
        rules: scaleOnBacklog ? [calledByQueue, calledByBacklog] : [calledByQueue]
      }
    }
  }
}

output registryEndpoint string = registry.properties.loginServer
output name string = worker.name
