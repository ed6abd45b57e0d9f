using System.Collections.Concurrent;
using System.Text.Json;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Runner;

/// <summary>
/// Runs orchestrations on one machine, their histories in SQLite. Killed at any instant, it goes on at the next start from the last recorded turn:
/// what was asked for is asked for again, what had ended has ended.
/// </summary>
public sealed class LocalRunner : IOrchestrationClient, IInstanceHost, IHostedService, IDisposable
{
    static readonly TimeSpan afterALoss = TimeSpan.FromSeconds(1);

    /// <summary>The system's timers reach 49 days; longer ones are set again on the way.</summary>
    static readonly TimeSpan longestStretch = TimeSpan.FromDays(30);

    readonly Dictionary<string, OrchestrationDefinition> orchestrations;
    readonly ConcurrentDictionary<string, LiveInstance> live = new();
    readonly ConcurrentDictionary<string, LiveInstance> parents = new();
    readonly ConcurrentDictionary<(LiveInstance Instance, int Action), ITimer> timers = new();
    readonly InstanceStore store;
    readonly ActivityLanes lanes;
    readonly TimeProvider clock;
    readonly ILogger<LocalRunner> log;
    volatile bool stopping;

    public LocalRunner(
        SqliteDatabase database, IEnumerable<OrchestrationDefinition> orchestrations, IEnumerable<ActivityDefinition> activities,
        IServiceProvider services, RunnerOptions options, TimeProvider clock, ILogger<LocalRunner> log)
    {
        this.orchestrations = orchestrations.ToDictionary(definition => definition.Name);
        (this.clock, this.log) = (clock, log);
        store = new(database, clock);
        lanes = new(activities.ToDictionary(definition => definition.Name), services, options);
    }

    /// <summary>Takes up everything that had not ended.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Children of a restarted parent are gone by the time their turn comes.
        foreach (InstanceRow row in store.Running())
        {
            if (store.Find(row.Id) is { Status: InstanceStatus.Running } current) await ResumeAsync(current);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        foreach (ITimer timer in timers.Values) await timer.DisposeAsync();
        // What finishes in time is still recorded; nothing new begins.
        await lanes.StopAsync(cancellationToken);
        foreach (LiveInstance instance in live.Values) instance.Stop();
    }

    public async Task StartAsync<TIn, TOut>(Orchestration<TIn, TOut> orchestration, string instanceId, TIn input, CancellationToken cancel = default) =>
        await CreateAsync(instanceId, orchestration, Payload.Write(input), parent: null);

    public async Task RaiseEventAsync(string instanceId, string name, JsonElement payload, CancellationToken cancel = default)
    {
        if (await store.RaiseAsync(instanceId, name, payload) is { } raised && live.TryGetValue(instanceId, out LiveInstance? instance))
            instance.Deliver(HistoryEvent.Raised(raised.Name, raised.Data), raised.Id);
    }

    public Task<InstanceState?> FindAsync(string instanceId, CancellationToken cancel = default)
    {
        InstanceRow? row = store.Find(instanceId);
        return Task.FromResult(row is null ? null : new InstanceState(row.Id, row.Name, row.Status, row.Output, row.Fault?.Message));
    }

    public async Task TerminateAsync(string instanceId, string reason, CancellationToken cancel = default)
    {
        // A turn under way may start a child while this looks for children, so it looks until there is none left to end.
        for (int ended = 1; ended > 0;)
        {
            ended = 0;
            foreach (string id in store.DescendantsOf(instanceId).Prepend(instanceId))
            {
                if (!await store.EndAsync(id, InstanceStatus.Terminated, new(id, "Terminated", reason))) continue;
                ended++;
                if (live.TryRemove(id, out LiveInstance? instance)) instance.Stop();
                if (id == instanceId) TellParent(store.Find(id)!);
            }
        }
    }

    public Task PurgeAsync(string instanceId, CancellationToken cancel = default) => store.PurgeAsync(instanceId);

    public void Dispose() => lanes.Dispose();

    async Task CreateAsync(string id, OrchestrationDefinition definition, JsonElement input, string? parent)
    {
        if (!await store.TryCreateAsync(id, definition, input, parent)) return;
        await ResumeAsync(store.Find(id)!);
    }

    async Task ResumeAsync(InstanceRow row)
    {
        if (!orchestrations.TryGetValue(row.Name, out OrchestrationDefinition? definition))
        {
            await FailAsync(row, new(row.Name, "OrchestrationNotFound", $"There is no orchestration named '{row.Name}'."));
            return;
        }

        if (row.Version != definition.Version)
        {
            log.LogInformation("{Instance} starts again: {Name} is now version {New}, it was {Old}.", row.Id, row.Name, definition.Version, row.Version);
            foreach (string child in store.DescendantsOf(row.Id))
            {
                if (live.TryRemove(child, out LiveInstance? running)) running.Stop();
            }

            await store.RestartAsync(row.Id, definition.Version);
        }

        var instance = new LiveInstance(row, definition, store, this, clock, log);
        if (!live.TryAdd(row.Id, instance)) return;
        IReadOnlyList<Episode> history = store.EpisodesOf(row.Id);
        try
        {
            IReadOnlyList<HistoryAction> open = instance.Replay(history);
            if (history.Count == 0) instance.Deliver(HistoryEvent.Started);
            foreach (RaisedEvent raised in store.RaisedTo(row.Id)) instance.Deliver(HistoryEvent.Raised(raised.Name, raised.Data), raised.Id);
            foreach (HistoryAction action in open) ((IInstanceHost)this).Dispatch(instance, action);
        }
        catch (NonDeterministicException broken)
        {
            log.LogError("{Message}", broken.Message);
            live.TryRemove(row.Id, out _);
            await FailAsync(row, new(row.Name, typeof(NonDeterministicException).FullName!, broken.Message));
        }
    }

    async Task FailAsync(InstanceRow row, Fault fault)
    {
        if (await store.EndAsync(row.Id, InstanceStatus.Failed, fault)) TellParent(store.Find(row.Id)!);
    }

    void TellParent(InstanceRow row)
    {
        if (parents.TryRemove(row.Id, out LiveInstance? parent)) parent.DeliverChild(row.Id, row.Output, row.Fault);
    }

    void IInstanceHost.Dispatch(LiveInstance instance, HistoryAction action)
    {
        if (stopping) return;
        switch (action.Kind)
        {
            case ActionKind.Activity:
                log.LogDebug("Step {Instance}/{Action} starts: {Name}.", instance.Id, action.Id, action.Name);
                lanes.Start(action, heard => instance.Deliver(heard));
                break;
            case ActionKind.Timer:
                SetTimer(instance, action);
                break;
            case ActionKind.Child:
                parents[action.InstanceId] = instance;
                _ = StartChildAsync(instance, action);
                break;
        }
    }

    void IInstanceHost.CancelTimer(LiveInstance instance, int action)
    {
        if (timers.TryRemove((instance, action), out ITimer? timer)) timer.Dispose();
    }

    void IInstanceHost.Ended(LiveInstance instance, InstanceStatus status, JsonElement? output, Fault? fault)
    {
        live.TryRemove(instance.Id, out _);
        if (parents.TryRemove(instance.Id, out LiveInstance? parent)) parent.DeliverChild(instance.Id, output, fault);
    }

    void IInstanceHost.Lost(LiveInstance instance, Exception fault)
    {
        log.LogError(fault, "A turn of {Instance} could not be recorded; it is taken up again.", instance.Id);
        live.TryRemove(instance.Id, out _);
        _ = Task.Delay(afterALoss, clock).ContinueWith(_ => RetakeAsync(instance.Id), TaskScheduler.Default);
    }

    async Task RetakeAsync(string id)
    {
        if (!stopping && store.Find(id) is { Status: InstanceStatus.Running } row) await ResumeAsync(row);
    }

    void SetTimer(LiveInstance instance, HistoryAction action)
    {
        // Registered before it is armed, so that one that fires at once finds itself.
        ITimer timer = clock.CreateTimer(_ => Fire(instance, action), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timers[(instance, action.Id)] = timer;
        timer.Change(WaitFor(action), Timeout.InfiniteTimeSpan);
    }

    TimeSpan WaitFor(HistoryAction action)
    {
        TimeSpan wait = action.Due!.Value - clock.GetUtcNow().UtcDateTime;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < longestStretch ? wait : longestStretch;
    }

    void Fire(LiveInstance instance, HistoryAction action)
    {
        if (timers.TryRemove((instance, action.Id), out ITimer? timer)) timer.Dispose();
        if (WaitFor(action) > TimeSpan.Zero) SetTimer(instance, action);
        else instance.Deliver(HistoryEvent.Completed(action.Id, null));
    }

    async Task StartChildAsync(LiveInstance parent, HistoryAction action)
    {
        try
        {
            if (!orchestrations.TryGetValue(action.Name, out OrchestrationDefinition? definition))
            {
                parent.DeliverChild(action.InstanceId, null, new(action.Name, "OrchestrationNotFound", $"There is no orchestration named '{action.Name}'."));
                return;
            }

            await CreateAsync(action.InstanceId, definition, action.Input!.Value, parent.Id);
            // One that ended before its parent was taken up again has nobody else to say so.
            if (store.Find(action.InstanceId) is { Status: not InstanceStatus.Running } ended) parent.DeliverChild(ended.Id, ended.Output, ended.Fault);
        }
        catch (Exception fault)
        {
            parent.Stop();
            ((IInstanceHost)this).Lost(parent, fault);
        }
    }
}
