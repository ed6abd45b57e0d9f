namespace DgxMusic.LocalHost.Runner;

/// <summary>The thread of an orchestration: whichever runs its turn. Continuations queue up and run here, in order, or not at all.</summary>
/// <param name="onStray">Called once, from the thread that did it, when the orchestration turns out to wait for something that no turn will bring.</param>
sealed class TurnThread(Action? onStray) : SynchronizationContext
{
    readonly Queue<(SendOrPostCallback Callback, object? State)> ready = new();
    int thread = -1;
    volatile string? strayed;

    public void Run(string instanceId, IReadOnlyList<HistoryEvent> events, Action<HistoryEvent> hear)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        thread = Environment.CurrentManagedThreadId;
        try
        {
            foreach (HistoryEvent heard in events)
            {
                hear(heard);
                while (ready.TryDequeue(out (SendOrPostCallback Callback, object? State) next)) next.Callback(next.State);
            }

            if (strayed is { } how) throw new NonDeterministicException($"Instance {instanceId} {how}.");
        }
        finally
        {
            thread = -1;
            SetSynchronizationContext(outer);
        }
    }

    /// <exception cref="NonDeterministicException">The caller is not on the orchestration's thread.</exception>
    public void CheckThread(string instanceId)
    {
        if (Environment.CurrentManagedThreadId == thread && Current == this) return;
        Stray("used its context from another thread, which is not durable");
        throw new NonDeterministicException($"Instance {instanceId} {strayed}.");
    }

    // Called from a foreign thread when something that is not durable ends: no replay would see it, so it is not run.
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId == thread) ready.Enqueue((d, state));
        else Stray("waited for something that is not durable");
    }

    void Stray(string how)
    {
        if (strayed is not null) return;
        strayed = how;
        onStray?.Invoke();
    }
}
