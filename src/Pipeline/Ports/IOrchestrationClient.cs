using System.Text.Json;
using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.Pipeline.Ports;

/// <summary>Starts and signals orchestrations. Their state is the host's affair: callers read the job row.</summary>
public interface IOrchestrationClient
{
    /// <summary>Starts an instance; one of that id that exists already, in whatever state, is left as it is.</summary>
    Task StartAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, string instanceId, TIn input, CancellationToken cancel = default);

    /// <summary>Delivers an event. To an unknown or finished instance it is accepted and lost.</summary>
    Task RaiseEventAsync(string instanceId, string name, JsonElement payload, CancellationToken cancel = default);

    Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancel = default);

    /// <summary>Ends a running instance and its children where they stand; nothing of a finished one.</summary>
    Task TerminateAsync(string instanceId, string reason, CancellationToken cancel = default);

    /// <summary>Forgets a finished instance and its children.</summary>
    Task PurgeAsync(string instanceId, CancellationToken cancel = default);
}

public enum InstanceStatus
{
    Running,
    Completed,
    Failed,
    Terminated,
}

/// <param name="Error">Why it failed; null otherwise. <see cref="InstanceStatus.Completed"/> may still hold a problem as its result.</param>
public sealed record InstanceState(string InstanceId, string Name, InstanceStatus Status, JsonElement? Output, string? Error);
