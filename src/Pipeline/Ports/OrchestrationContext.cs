using System.Globalization;
using System.Text.Json;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Ports;

/// <summary>What every host's context does alike: envelopes, retries, names of children, one waiter an event. A host adds five primitives.</summary>
public abstract class OrchestrationContext : IOrchestrationContext
{
    readonly Dictionary<string, int> children = [];
    readonly Dictionary<string, Task<JsonElement>> waiting = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<string> waitingNow = new(StringComparer.OrdinalIgnoreCase);
    int drawnNames;

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
        string? job = activity.Retry.IsTheJobs && input is IJobInput { JobId: { } id } ? id : null;
        for (int failures = 0; ;)
        {
            try
            {
                return Outcome.Unwrap<TOut>(await RunActivityAsync(activity.Name, payload));
            }
            catch (NoPlaceException) when (job is not null)
            {
                // Nothing failed: it only has to wait.
            }
            catch (StepFailedException fault)
            {
                failures++;
                RetryVerdict verdict = job is null
                    ? new(failures < activity.Retry.Attempts, activity.Retry.DelayAfter(failures))
                    : await CallActivityAsync(RecordRetry.Definition, new(job, NewName($"{activity.Name}/{failures}"), activity.Name, failures, fault.ErrorMessage));
                if (!verdict.IsTriedAgain) throw;
                await CreateTimer(verdict.Delay);
            }

            if (job is not null) await WaitForPlaceAsync(job);
        }
    }

    async Task WaitForPlaceAsync(string job)
    {
        var ticket = new PlaceTicket(InstanceId, NewName("place"));
        if (await CallActivityAsync(AskForPlace.Definition, new(job, ticket))) await WaitForExternalEvent<bool>(ticket.Event);
    }

    /// <summary>The same on every replay, and never drawn again: not in another instance, and not when this one starts again from its input.</summary>
    string NewName(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}:{InstanceId}:{drawnNames++}:{CurrentUtcDateTime.Ticks}");

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
