using System.ComponentModel.DataAnnotations;
using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.LocalHost.Runner;

/// <summary>How many activities of each lane run at the same time.</summary>
public sealed class RunnerOptions
{
    [Range(1, 256)] public int Io { get; set; } = 16;

    [Range(1, 256)] public int Cpu { get; set; } = Environment.ProcessorCount;

    [Range(1, 16)] public int Gpu { get; set; } = 1;

    /// <summary>How long a stop waits for activities to leave; they are delivered again at the next start anyway.</summary>
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>Runs activities, each lane so many at a time, first come first served.</summary>
sealed class ActivityLanes(IReadOnlyDictionary<string, ActivityDefinition> activities, IServiceProvider services, RunnerOptions options) : IDisposable
{
    readonly Dictionary<Lane, SemaphoreSlim> lanes = new()
    {
        [Lane.Io] = new(options.Io), [Lane.Cpu] = new(options.Cpu), [Lane.Gpu] = new(options.Gpu),
    };

    readonly CancellationTokenSource stopping = new();
    readonly TaskCompletionSource idle = new();
    int running;

    /// <param name="report">Hears how it ended; hears nothing of an activity that the stop interrupted, for it will be delivered again.</param>
    public void Start(HistoryAction action, Action<HistoryEvent> report)
    {
        if (!activities.TryGetValue(action.Name, out ActivityDefinition? activity))
        {
            report(HistoryEvent.Faulted(action.Id, new(action.Name, "ActivityNotFound", $"There is no activity named '{action.Name}'.")));
            return;
        }

        Interlocked.Increment(ref running);
        // What computes for seconds gets a thread of its own: the pool's few belong to turns and requests.
        TaskCreationOptions place = activity.Lane == Lane.Io ? TaskCreationOptions.None : TaskCreationOptions.LongRunning;
        _ = Task.Factory.StartNew(() => RunAsync(activity, action, report), CancellationToken.None, place, TaskScheduler.Default);
    }

    /// <summary>Asks all to leave and waits a while for them.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        await stopping.CancelAsync();
        if (Volatile.Read(ref running) == 0) return;
        await Task.WhenAny(idle.Task, Task.Delay(options.StopPatience, cancel));
    }

    public void Dispose()
    {
        foreach (SemaphoreSlim lane in lanes.Values) lane.Dispose();
        stopping.Dispose();
    }

    async Task RunAsync(ActivityDefinition activity, HistoryAction action, Action<HistoryEvent> report)
    {
        try
        {
            await lanes[activity.Lane].WaitAsync(stopping.Token);
            try
            {
                report(HistoryEvent.Completed(action.Id, await activity.InvokeAsync(services, action.Input!.Value, new(stopping.Token))));
            }
            finally
            {
                lanes[activity.Lane].Release();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Abandoned: the next start delivers it again.
        }
        catch (Exception fault)
        {
            report(HistoryEvent.Faulted(action.Id, new(activity.Name, fault.GetType().FullName!, fault.Message)));
        }
        finally
        {
            if (Interlocked.Decrement(ref running) == 0 && stopping.IsCancellationRequested) idle.TrySetResult();
        }
    }
}
