using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Azure.Durable;

/// <summary>
/// Starts and signals orchestrations on Durable Task. An instance of another edition begins again from its input as soon as anybody looks at it; events that
/// were raised before are not told again, so an orchestration that waits names its event anew each time, or has a time-out.
/// </summary>
public sealed class DurableClient(DurableTaskClient client, DurableOrchestrations orchestrations) : IOrchestrationClient
{
    /// <summary>The reason of a termination that only clears the way.</summary>
    const string BeginsAgain = "The orchestrations have changed; it begins again.";

    /// <summary>A worker of another edition, still at work for a while, may take up an instance of this one. What fails so often is wrong by itself.</summary>
    const int MostRuns = 5;

    /// <summary>For a worker to hear that an instance is over.</summary>
    static readonly TimeSpan patience = TimeSpan.FromMinutes(1);

    static readonly OrchestrationRuntimeStatus[] any = [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses];
    static readonly OrchestrationRuntimeStatus[] anyButBroken = [.. any.Except([OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated])];

    public async Task StartAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, string instanceId, TIn input, CancellationToken cancel = default)
    {
        var origin = new Origin(orchestrations.Edition, Run: 0, IsChild: false, Payload.Write(input));
        if (!await TryStartAsync(orchestration.Name, instanceId, origin, any, cancel)) await FindAsync(instanceId, cancel);
    }

    public async Task RaiseEventAsync(string instanceId, string name, JsonElement payload, CancellationToken cancel = default)
    {
        // What becomes of an event to nobody is each scheduler's own affair: lost, kept, or an error.
        if (await client.GetInstanceAsync(instanceId, cancel) is { IsCompleted: false }) await client.RaiseEventAsync(instanceId, name, payload, cancel);
    }

    public async Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancel = default)
    {
        OrchestrationMetadata? found = await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancel);
        if (found is null) return null;
        if (OriginOf(found) is not { } origin || !IsToBeginAgain(found, origin)) return InstanceStates.Of(found);
        await RestartAsync(found, origin, cancel);
        return new(found.InstanceId, found.Name, InstanceStatus.Running, null, null);
    }

    public async Task TerminateAsync(string instanceId, string reason, CancellationToken cancel = default)
    {
        // The parent first, so that it does not hear of its children's end.
        if (await client.GetInstanceAsync(instanceId, cancel) is { } root) await EndAsync(root, reason, cancel);
        await EndDescendantsAsync(instanceId, reason, _ => true, cancel);
    }

    public async Task PurgeAsync(string instanceId, CancellationToken cancel = default)
    {
        if (await client.GetInstanceAsync(instanceId, cancel) is not { IsCompleted: true }) return;
        await ForgetDescendantsAsync(instanceId, _ => true, cancel);
        await client.PurgeInstanceAsync(instanceId, new PurgeInstanceOptions(Recursive: true), cancel);
    }

    bool IsToBeginAgain(OrchestrationMetadata found, Origin origin) => !origin.IsChild && found.RuntimeStatus switch
    {
        OrchestrationRuntimeStatus.Completed => false,
        OrchestrationRuntimeStatus.Failed => StepFaults.IsOutdated(found.FailureDetails) && (origin.Edition != orchestrations.Edition || origin.Run < MostRuns),
        OrchestrationRuntimeStatus.Terminated => InstanceStates.ReasonOf(found) == BeginsAgain,
        _ => origin.Edition != orchestrations.Edition,
    };

    async Task RestartAsync(OrchestrationMetadata outdated, Origin origin, CancellationToken cancel)
    {
        // Somebody else may have started it again meanwhile: what is of another run is left alone.
        bool IsOfThisRun(OrchestrationMetadata child) => OriginOf(child) is { } its && (its.Edition, its.Run) == (origin.Edition, origin.Run);
        await EndAsync(outdated, BeginsAgain, cancel);
        await EndDescendantsAsync(outdated.InstanceId, BeginsAgain, IsOfThisRun, cancel);
        await ForgetDescendantsAsync(outdated.InstanceId, IsOfThisRun, cancel);
        await TryStartAsync(outdated.Name, outdated.InstanceId, origin with { Edition = orchestrations.Edition, Run = origin.Run + 1 }, anyButBroken, cancel);
    }

    /// <returns>False if there is one of that id in one of these states.</returns>
    async Task<bool> TryStartAsync(string name, string id, Origin origin, OrchestrationRuntimeStatus[] kept, CancellationToken cancel)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(name, Payload.Write(origin), new StartOrchestrationOptions(id).WithDedupeStatuses(kept), cancel);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }
    }

    async Task EndAsync(OrchestrationMetadata instance, string reason, CancellationToken cancel)
    {
        if (instance.IsCompleted) return;
        await client.TerminateInstanceAsync(instance.InstanceId, new TerminateInstanceOptions(reason, Recursive: true), cancel);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
#pragma warning disable RS0030 // This is a caller of orchestrations, and none itself.
        limited.CancelAfter(patience);
#pragma warning restore RS0030
        try
        {
            await client.WaitForInstanceCompletionAsync(instance.InstanceId, limited.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"Instance {instance.InstanceId} was told to end and has not done so within {patience.TotalSeconds:0} s: does a worker take its turns?");
        }
    }

    async Task EndDescendantsAsync(string id, string reason, Func<OrchestrationMetadata, bool> isMeant, CancellationToken cancel)
    {
        // A turn under way may start a child while this looks for children, so it looks until there is none left to end.
        for (int ended = 1; ended > 0;)
        {
            ended = 0;
            foreach (OrchestrationMetadata child in await DescendantsOfAsync(id, cancel))
            {
                if (child.IsCompleted || !isMeant(child)) continue;
                await EndAsync(child, reason, cancel);
                ended++;
            }
        }
    }

    async Task ForgetDescendantsAsync(string id, Func<OrchestrationMetadata, bool> isMeant, CancellationToken cancel)
    {
        foreach (OrchestrationMetadata child in await DescendantsOfAsync(id, cancel))
        {
            if (child.IsCompleted && isMeant(child)) await client.PurgeInstanceAsync(child.InstanceId, cancel);
        }
    }

    /// <summary>Children, their children and so on, nearest first: their ids begin with their parents'.</summary>
    async Task<List<OrchestrationMetadata>> DescendantsOfAsync(string id, CancellationToken cancel)
    {
        var query = new OrchestrationQuery(InstanceIdPrefix: id + ".", FetchInputsAndOutputs: true);
        List<OrchestrationMetadata> found = await client.GetAllInstancesAsync(query).ToListAsync(cancel);
        return [.. found.OrderBy(child => child.InstanceId.Length)];
    }

    static Origin? OriginOf(OrchestrationMetadata instance) =>
        instance.SerializedInput is { } input ? JsonSerializer.Deserialize<Origin>(input, Payload.Options) : null;
}
