using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using Microsoft.Extensions.Hosting;

namespace DgxMusic.Azure.Durable;

/// <summary>
/// Runs activities and lets them leave when the host stops. A worker of Durable Task reports whatever an activity throws as its failure, so one that leaves
/// ends without a result: the scheduler delivers it again as soon as this worker is gone.
/// </summary>
public sealed class ActivityDrain(IHostApplicationLifetime lifetime) : IHostedService
{
    static readonly Task<JsonElement> never = new TaskCompletionSource<JsonElement>().Task;
    readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int running;
    long begun;

    /// <summary>Activities that run now.</summary>
    public int Running => Volatile.Read(ref running);

    /// <summary>All that ever began here.</summary>
    public long Begun => Volatile.Read(ref begun);

    public async Task<JsonElement> RunAsync(ActivityDefinition activity, IServiceProvider services, JsonElement input)
    {
        CancellationToken stopping = lifetime.ApplicationStopping;
        Interlocked.Increment(ref running);
        Interlocked.Increment(ref begun);
        try
        {
            stopping.ThrowIfCancellationRequested();
            return await activity.InvokeAsync(services, input, new(stopping));
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever it was: the stop may be its cause, and the next delivery finds out.
        }
        finally
        {
            if (Interlocked.Decrement(ref running) == 0 && stopping.IsCancellationRequested) left.TrySetResult();
        }

        return await never;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits for those that run, as long as the host has patience.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Running > 0) await left.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
