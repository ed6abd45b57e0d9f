// DgxMusic on Azure: a Functions app that plans and serves, GPU workers that come when there is work for them, one storage account.
// Nothing here holds a key: every program has an identity, every identity the roles it needs on the resources it needs them for.
targetScope = 'subscription'

@description('Name of the azd environment. Names the resource group and tags what is in it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything that has no region of its own below.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Region of the Durable Task Scheduler where it is not offered in the other one; empty: the same.')
param schedulerLocation string = ''

@description('Region of the GPU workers, which few regions have; empty: the same. In another region every track crosses regions, which costs time and traffic.')
param gpuLocation string = ''

@description('GPU of a worker. none: no workers, no registry and no environment for them; processors do all the work and jobs say so.')
@allowed(['none', 'T4', 'A100'])
param gpu string = 'T4'

@description('Workers at the same time, at most. Each needs quota for one GPU of that type in that region.')
@minValue(1)
@maxValue(20)
param gpuMaxReplicas int = 1

@description('Workers that are kept running, and paid for, while there is nothing to do.')
@minValue(0)
@maxValue(20)
param gpuMinReplicas int = 0

@description('Whether activities that wait in the task hub call and keep workers, besides messages in the queue. The scheduler counts those of the Functions app as well, so a job that needs no GPU may wake one; without it a job calls the first worker, and more than that one only gpuMinReplicas.')
param gpuScaleOnBacklog bool = true

@description('Image of the worker; azd fills it in once it has built one.')
param gpuImage string = ''

@description('Memory of an instance of the Functions app, MB. A separation on a processor needs the largest.')
@allowed([512, 2048, 4096])
param functionsMemoryMB int = 4096

@description('Instances of the Functions app at the same time, at most. Not every region takes less than 40.')
@minValue(1)
@maxValue(1000)
param functionsMaxInstances int = 40

@description('Instances of the Functions app that are kept warm for HTTP, and paid for, while nobody calls.')
@minValue(0)
@maxValue(20)
param functionsAlwaysReady int = 0

@description('Plan of the Durable Task Scheduler. Consumption is paid by action, Dedicated by the month.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('Addresses and networks that may reach the scheduler. An identity with a role on it is needed besides. Functions and container apps without a network of their own have no fixed address.')
param schedulerIpAllowlist array = ['0.0.0.0/0']

@description('Jobs that run at the same time; the others wait in order.')
@minValue(1)
@maxValue(64)
param maxConcurrentJobs int = 4

@description('Days that events, history and failed jobs\' scratch are kept. The lifecycle rule of the scratch container is a day behind, as a net under the program.')
@minValue(1)
@maxValue(23)
param keepTracesDays int = 7

@description('Removes outputs of that age; off: they are kept until somebody removes them.')
param retentionEnabled bool = false

@description('Age in days at which outputs are removed where that is on.')
@minValue(1)
@maxValue(3650)
param retentionDays int = 30

@description('Integrated loudness of tracks unless a request says, LUFS: a number from -70 to -5 as text; empty: the program\'s own.')
param audioTargetLufs string = ''

@description('Whether tracks are brought to that loudness unless a request says.')
param audioNormalize bool = true

@description('Origins of web pages that may call the API and upload to its storage, separated by commas. The app\'s own page needs none.')
param corsOrigins string = ''

@description('A key that is the owner\'s, dgx_, 12 hexadecimal digits, _, 64 hexadecimal digits: for the first steps, until it has made other keys. Empty: there is none.')
@secure()
param ownerKey string = ''

@description('Redundancy of the storage account.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'

@description('Days that deleted blobs can be brought back. They are paid for as long, scratch as well. 0: not at all.')
@minValue(0)
@maxValue(365)
param keepDeletedDays int = 0

@description('Days that logs and telemetry are kept; the first 31 cost nothing.')
@allowed([30, 60, 90, 180, 365])
param logDays int = 30

@description('Gigabytes of logs a day after which the rest of that day is dropped.')
@minValue(1)
@maxValue(100)
param logDailyQuotaGb int = 1

@description('Who hears when the month costs more than it should; empty: no budget is made.')
param alertEmail string = ''

@description('What a month should cost at most, in the currency of the subscription. An alert, not a limit: nothing is switched off.')
@minValue(1)
param monthlyBudget int = 25

@description('First day of the month that the budget begins with, yyyy-MM-01. It cannot change later; a hook writes it down at the first deployment.')
param budgetStart string = utcNow('yyyy-MM-01')

@description('Object id of who deploys, who may then put models into their container and look at the scheduler\'s dashboard; empty: nobody.')
param principalId string = ''

@description('What that id is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

var tags = { 'azd-env-name': environmentName }
var token = toLower(uniqueString(subscription().id, environmentName, location))
var withGpu = gpu != 'none'
var functionsName = 'func-${token}'
var webOrigins = filter(map(split(corsOrigins, ','), origin => trim(origin)), origin => !empty(origin))

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    location: location
    tags: tags
    token: token
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    logDays: logDays
    logDailyQuotaGb: logDailyQuotaGb
    publisherPrincipalId: identities.outputs.functions.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    sku: storageSku
    keepDeletedDays: keepDeletedDays
    scratchDays: keepTracesDays + 1
    webOrigins: union(['https://${functionsName}.azurewebsites.net'], webOrigins)
    functionsPrincipalId: identities.outputs.functions.principalId
    gpuPrincipalId: withGpu ? identities.outputs.gpu.principalId : ''
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
  }
}

module scheduler 'modules/scheduler.bicep' = {
  name: 'scheduler'
  scope: group
  params: {
    location: empty(schedulerLocation) ? location : schedulerLocation
    tags: tags
    token: token
    sku: schedulerSku
    ipAllowlist: schedulerIpAllowlist
    keepDays: keepTracesDays + 7
    programPrincipalIds: union([identities.outputs.functions.principalId], withGpu ? [identities.outputs.gpu.principalId] : [])
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
  }
}

module functions 'modules/functions.bicep' = {
  name: 'functions'
  scope: group
  params: {
    name: functionsName
    location: location
    tags: tags
    token: token
    identityId: identities.outputs.functions.id
    identityClientId: identities.outputs.functions.clientId
    storageAccountName: storage.outputs.accountName
    packageContainer: storage.outputs.packageContainer
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    schedulerEndpoint: scheduler.outputs.endpoint
    taskHub: scheduler.outputs.taskHub
    memoryMB: functionsMemoryMB
    maxInstances: functionsMaxInstances
    alwaysReady: functionsAlwaysReady
    gpuWorkers: withGpu ? 'remote' : 'none'
    maxConcurrentJobs: maxConcurrentJobs
    keepTracesDays: keepTracesDays
    retentionEnabled: retentionEnabled
    retentionDays: retentionDays
    audioTargetLufs: audioTargetLufs
    audioNormalize: audioNormalize
    corsOrigins: corsOrigins
    ownerKey: ownerKey
  }
}

module gpuWorker 'modules/gpu-worker.bicep' = if (withGpu) {
  name: 'gpu-worker'
  scope: group
  params: {
    location: empty(gpuLocation) ? location : gpuLocation
    tags: tags
    token: token
    gpu: gpu == 'A100' ? 'A100' : 'T4'
    minReplicas: gpuMinReplicas
    maxReplicas: max(gpuMinReplicas, gpuMaxReplicas)
    scaleOnBacklog: gpuScaleOnBacklog
    image: gpuImage
    identityId: identities.outputs.gpu.id
    identityClientId: identities.outputs.gpu.clientId
    identityPrincipalId: identities.outputs.gpu.principalId
    storageAccountName: storage.outputs.accountName
    gpuWakeQueue: storage.outputs.gpuWakeQueue
    schedulerEndpoint: scheduler.outputs.endpoint
    taskHub: scheduler.outputs.taskHub
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'modules/budget.bicep' = if (!empty(alertEmail)) {
  name: 'budget'
  scope: group
  params: {
    token: token
    amount: monthlyBudget
    start: budgetStart
    email: alertEmail
  }
}

@description('Read by azd.')
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = withGpu ? gpuWorker!.outputs.registryEndpoint : ''

@description('Read by the hooks, and by who installs models.')
output SERVICE_API_NAME string = functions.outputs.name
output SERVICE_API_URI string = functions.outputs.uri
output STORAGE_ACCOUNT_NAME string = storage.outputs.accountName
output EVENT_TOPIC_NAME string = storage.outputs.eventTopicName
