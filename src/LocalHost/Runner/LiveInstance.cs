using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Runner;

/// <summary>What the rest of the runner does for an instance.</summary>
interface IInstanceHost
{
    void Dispatch(LiveInstance instance, HistoryAction action);

    void CancelTimer(LiveInstance instance, int action);

    void Ended(LiveInstance instance, InstanceStatus status, System.Text.Json.JsonElement? output, Fault? fault);

    /// <summary>A turn could not be recorded: the instance is taken up again from what is.</summary>
    void Lost(LiveInstance instance, Exception fault);
}

/// <summary>An instance in memory: hears one thing after the other, records each turn, then has its wishes carried out.</summary>
sealed class LiveInstance
{
    readonly InstanceRow row;
    readonly OrchestrationDefinition definition;
    readonly InstanceStore store;
    readonly IInstanceHost host;
    readonly TimeProvider clock;
    readonly ILogger log;
    readonly Queue<(HistoryEvent Event, long Raised)> inbox = new();
    readonly Lock gate = new();
    readonly OrchestrationRun run;
    readonly Dictionary<string, int> children = [];
    readonly HashSet<long> heardRaised = [];
    bool busy, stopped, strayed;
    int episodes;
    DateTime lastTurn;

    public LiveInstance(InstanceRow row, OrchestrationDefinition definition, InstanceStore store, IInstanceHost host, TimeProvider clock, ILogger log)
    {
        (this.row, this.definition, this.store, this.host, this.clock, this.log) = (row, definition, store, host, clock, log);
        run = new(row.Id, definition, row.Input, Stray);
    }

    public string Id => row.Id;

    /// <summary>Goes through what was recorded, without carrying anything out.</summary>
    /// <returns>The actions that have not ended.</returns>
    /// <exception cref="NonDeterministicException">The code asks for another thing than it did.</exception>
    public IReadOnlyList<HistoryAction> Replay(IReadOnlyList<Episode> history)
    {
        List<HistoryAction> asked = [];
        foreach (Episode episode in history)
        {
            IReadOnlyList<HistoryAction> actions = run.Turn(episode.At, episode.Events);
            Compare(episode.Actions, actions);
            asked.AddRange(actions);
            lastTurn = episode.At;
        }

        episodes = history.Count;
        Remember(asked);
        return [.. asked.Where(action => run.IsOpen(action.Id))];
    }

    /// <summary>Gives it something to hear; raised events come with the number they are stored under.</summary>
    public void Deliver(HistoryEvent heard, long raised = 0)
    {
        lock (gate)
        {
            // One raised while the instance is taken up comes twice: from its caller and from the store.
            if (stopped || (raised != 0 && !heardRaised.Add(raised))) return;
            inbox.Enqueue((heard, raised));
            if (busy) return;
            busy = true;
        }

        _ = Task.Run(PumpAsync);
    }

    // A turn without anything to hear, in which the run says what went wrong; none else may ever come.
    void Stray()
    {
        lock (gate)
        {
            strayed = true;
            if (busy || stopped) return;
            busy = true;
        }

        _ = Task.Run(PumpAsync);
    }

    /// <summary>Tells it that a child has ended.</summary>
    public void DeliverChild(string childId, System.Text.Json.JsonElement? output, Fault? fault)
    {
        int action;
        lock (gate)
        {
            if (!children.Remove(childId, out action)) return;
        }

        Deliver(fault is null ? HistoryEvent.Completed(action, output) : HistoryEvent.Faulted(action, fault));
    }

    /// <summary>Hears nothing more.</summary>
    public void Stop()
    {
        lock (gate)
        {
            stopped = true;
            inbox.Clear();
        }
    }

    async Task PumpAsync()
    {
        try
        {
            while (TakeInbox() is { } heard) await TurnAsync(heard);
        }
        catch (Exception fault)
        {
            Stop();
            host.Lost(this, fault);
        }
    }

    /// <returns>Null where there is nothing to do.</returns>
    List<(HistoryEvent Event, long Raised)>? TakeInbox()
    {
        lock (gate)
        {
            List<(HistoryEvent, long)> heard = [.. inbox];
            bool goesOn = !stopped && (heard.Count > 0 || strayed);
            inbox.Clear();
            strayed = false;
            busy = goesOn;
            return goesOn ? heard : null;
        }
    }

    async Task TurnAsync(List<(HistoryEvent Event, long Raised)> heard)
    {
        // The clock may be set back; an orchestration's never is.
        DateTime now = clock.GetUtcNow().UtcDateTime;
        lastTurn = now > lastTurn ? now : lastTurn;
        HistoryEvent[] events = [.. heard.Select(item => item.Event)];
        IReadOnlyList<HistoryAction> actions = [];
        Fault? fault = null;
        try
        {
            actions = run.Turn(lastTurn, events);
        }
        catch (NonDeterministicException broken)
        {
            fault = new(definition.Name, typeof(NonDeterministicException).FullName!, broken.Message);
            log.LogError("{Message}", broken.Message);
        }

        bool over = fault is not null || run.IsOver;
        if (over) fault ??= Verify(new(lastTurn, events, actions));
        fault ??= run.Fault;
        InstanceStatus status = !over ? InstanceStatus.Running : fault is null ? InstanceStatus.Completed : InstanceStatus.Failed;
        Remember(actions);
        long[] consumed = [.. heard.Select(item => item.Raised).Where(raised => raised != 0)];
        if (!await store.CommitAsync(Id, episodes++, new(lastTurn, events, actions), consumed, status, run.Output, fault))
        {
            Stop();
            return;
        }

        foreach (HistoryEvent ended in events.Where(heard => heard.Action >= 0)) log.LogDebug("Step {Instance}/{Action} is recorded.", Id, ended.Action);
        foreach (HistoryAction action in actions.Where(action => run.IsOpen(action.Id))) host.Dispatch(this, action);
        foreach (int timer in run.CancelledTimers) host.CancelTimer(this, timer);
        if (!over) return;
        Stop();
        host.Ended(this, status, run.Output, fault);
    }

    /// <summary>Goes through the whole story once more before its end is recorded, so that one that is not deterministic fails here and not on the day of a crash.</summary>
    Fault? Verify(Episode last)
    {
        try
        {
            var again = new OrchestrationRun(row.Id, definition, row.Input);
            foreach (Episode episode in store.EpisodesOf(Id).Append(last)) Compare(episode.Actions, again.Turn(episode.At, episode.Events));
            return null;
        }
        catch (NonDeterministicException broken)
        {
            log.LogError("{Message}", broken.Message);
            return new(definition.Name, typeof(NonDeterministicException).FullName!, broken.Message);
        }
    }

    void Remember(IReadOnlyList<HistoryAction> actions)
    {
        lock (gate)
        {
            foreach (HistoryAction action in actions)
            {
                if (action.Kind == ActionKind.Child) children[action.InstanceId] = action.Id;
            }
        }
    }

    void Compare(IReadOnlyList<HistoryAction> recorded, IReadOnlyList<HistoryAction> asked)
    {
        for (int n = 0; n < Math.Max(recorded.Count, asked.Count); n++)
        {
            if (n < recorded.Count && n < asked.Count && recorded[n].IsSameAs(asked[n])) continue;
            int step = n < recorded.Count ? recorded[n].Id : asked[n].Id;
            string was = n < recorded.Count ? recorded[n].Describe() : "nothing", wants = n < asked.Count ? asked[n].Describe() : "nothing";
            throw new NonDeterministicException($"Instance {Id}, step {step}: history says {was}; the orchestration now asks for {wants}.");
        }
    }
}
