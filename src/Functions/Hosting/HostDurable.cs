using System.Text.Json;
using DgxMusic.Azure.Durable;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Hosting;

/// <summary>Durable Task as the host has it, whatever keeps its histories. The host says where it is with every call of a function that asks; until the first, who wants to go there waits.</summary>
public sealed class HostDurable(DurableOrchestrations orchestrations) : IOrchestrationClient
{
    readonly TaskCompletionSource<DurableClient> known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes what a function was called with.</summary>
    public void Meet(DurableTaskClient client)
    {
        if (!known.Task.IsCompleted) known.TrySetResult(new(client, orchestrations));
    }

    public async Task StartAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, string instanceId, TIn input, CancellationToken cancel = default) =>
        await (await KnownAsync(cancel)).StartAsync(orchestration, instanceId, input, cancel);

    public async Task RaiseEventAsync(string instanceId, string name, JsonElement payload, CancellationToken cancel = default) =>
        await (await KnownAsync(cancel)).RaiseEventAsync(instanceId, name, payload, cancel);

    public async Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancel = default) => await (await KnownAsync(cancel)).FindAsync(instanceId, cancel);

    public async Task TerminateAsync(string instanceId, string reason, CancellationToken cancel = default) => await (await KnownAsync(cancel)).TerminateAsync(instanceId, reason, cancel);

    public async Task PurgeAsync(string instanceId, CancellationToken cancel = default) => await (await KnownAsync(cancel)).PurgeAsync(instanceId, cancel);

    Task<DurableClient> KnownAsync(CancellationToken cancel) => known.Task.WaitAsync(cancel);
}
