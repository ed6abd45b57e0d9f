using System.Collections.Concurrent;
using DurableTask.Core;
using Microsoft.DurableTask.Testing.Sidecar;

namespace DgxMusic.Azure.Tests.Durable;

/// <summary>
/// The test host's store without two of its slips: it says nothing of a child's tags before its first turn, which its server takes ill, and an id used again
/// while the last turn of the one before is put away gets lost.
/// </summary>
sealed class SteadyService : InMemoryOrchestrationService, IOrchestrationService, IOrchestrationServiceClient
{
    readonly ConcurrentDictionary<string, bool> turns = new();

    async Task<OrchestrationState> IOrchestrationServiceClient.GetOrchestrationStateAsync(string instanceId, string? executionId)
    {
        OrchestrationState state = await GetOrchestrationStateAsync(instanceId, executionId);
        state?.Tags ??= new Dictionary<string, string>();
        return state!;
    }

    async Task IOrchestrationServiceClient.CreateTaskOrchestrationAsync(TaskMessage creationMessage, OrchestrationStatus[] dedupeStatuses)
    {
        while (turns.ContainsKey(creationMessage.OrchestrationInstance.InstanceId)) await Task.Delay(1);
        await CreateTaskOrchestrationAsync(creationMessage, dedupeStatuses);
    }

    async Task<TaskOrchestrationWorkItem> IOrchestrationService.LockNextTaskOrchestrationWorkItemAsync(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        TaskOrchestrationWorkItem turn = await LockNextTaskOrchestrationWorkItemAsync(receiveTimeout, cancellationToken);
        turns[turn.InstanceId] = true;
        return turn;
    }

    async Task IOrchestrationService.ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        await ReleaseTaskOrchestrationWorkItemAsync(workItem);
        turns.TryRemove(workItem.InstanceId, out _);
    }
}
