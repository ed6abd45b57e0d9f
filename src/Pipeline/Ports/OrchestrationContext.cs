using System.Text.Json;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.Pipeline.Ports;

/// <summary>What every host's context does alike: envelopes, retries, names of children, one waiter an event. A host adds five primitives.</summary>
public abstract class OrchestrationContext : IOrchestrationContext
{
    readonly Dictionary<string, int> children = [];
    readonly Dictionary<string, Task<JsonElement>> waiting = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> waitingNow = new(StringComparer.OrdinalIgnoreCase);

    public abstract DateTime CurrentUtcDateTime { get; }

    protected abstract string InstanceId { get; }

    public abstract Guid NewGuid();

    public abstract Task CreateTimer(TimeSpan delay, CancellationToken cancel = default);

    /// <exception cref="StepFailedException">The activity faulted, this once.</exception>
    protected abstract Task<JsonElement> RunActivityAsync(string name, JsonElement input);

    /// <exception cref="StepFailedException">The child faulted.</exception>
    protected abstract Task<JsonElement> RunChildAsync(string name, string instanceId, JsonElement input);

    /// <summary>The next event of that name, early ones included, first come first served.</summary>
    protected abstract Task<JsonElement> NextEventAsync(string name);

    public async Task<TOut> CallActivityAsync<TIn, TOut>(Activity<TIn, TOut> activity, TIn input)
    {
        JsonElement payload = Payload.Write(input);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return Outcome.Unwrap<TOut>(await RunActivityAsync(activity.Name, payload));
            }
            catch (StepFailedException fault) when (attempt < activity.Retry.Attempts)
            {
                if (input is IJobInput { JobId: { } job }) await CallActivityAsync(RecordRetry.Definition, new(job, activity.Name, attempt, fault.ErrorMessage));
            }

            await CreateTimer(activity.Retry.DelayAfter(attempt));
        }
    }

    public async Task<TOut> CallSubOrchestratorAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, TIn input)
    {
        int n = children.GetValueOrDefault(orchestration.Name);
        children[orchestration.Name] = n + 1;
        return Outcome.Unwrap<TOut>(await RunChildAsync(orchestration.Name, $"{InstanceId}.{orchestration.Name}.{n}", Payload.Write(input)));
    }

    public async Task<T> WaitForExternalEvent<T>(string name, TimeSpan? timeout = null)
    {
        if (!waitingNow.Add(name)) throw new InvalidOperationException($"This orchestration waits for event '{name}' already.");
        try
        {
            // Durable gives an event to a waiter that has given up and loses it, so a waiter stays for the next wait of its name.
            if (!waiting.TryGetValue(name, out Task<JsonElement>? next)) waiting[name] = next = NextEventAsync(name);
            using var stop = new CancellationTokenSource();
            if (timeout is { } patience && await Task.WhenAny(next, CreateTimer(patience, stop.Token)) != next)
                throw new TimeoutException($"No event '{name}' came within {patience}.");
            stop.Cancel();
            JsonElement payload = await next;
            waiting.Remove(name);
            return Payload.Read<T>(payload);
        }
        finally
        {
            waitingNow.Remove(name);
        }
    }
}

/// <summary>Every activity's and orchestration's input knows the root job it works for.</summary>
public interface IJobInput
{
    string JobId { get; }
}
