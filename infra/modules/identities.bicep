// One identity a program, so that neither has the other's roles.

param location string
param tags object

@description('Ends the names of resources, which have to be unique in the world.')
@minLength(13)
param token string

resource functionsIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-functions-${token}'
  location: location
  tags: tags
}

resource gpuIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-gpu-${token}'
  location: location
  tags: tags
}

output functions object = {
  id: functionsIdentity.id
  clientId: functionsIdentity.properties.clientId
  principalId: functionsIdentity.properties.principalId
}

output gpu object = {
  id: gpuIdentity.id
  clientId: gpuIdentity.properties.clientId
  principalId: gpuIdentity.properties.principalId
}
