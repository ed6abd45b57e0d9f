using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Api.Events;

/// <param name="Lagged">Events the listener has not had are no longer here.</param>
readonly record struct News(IReadOnlyList<EventFrame> Frames, bool Lagged);

/// <summary>The end of a stream, kept for those who listen: a window they all share, so that a slow one costs nothing and one that falls behind it is told so.</summary>
sealed class EventFeed(string stream, IEventLog log, TimeProvider clock, ILogger logger, CancellationToken stopping)
{
    /// <summary>Events kept: what a listener may be behind.</summary>
    public const int Window = 100;

    const int PageEvents = 500;

    /// <summary>Looks into the log at most so often, and a snapshot serves all who come meanwhile.</summary>
    static readonly TimeSpan lookInterval = TimeSpan.FromMilliseconds(500);

    readonly Lock gate = new();
    readonly Queue<EventFrame> window = new(Window);
    readonly CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    (long At, Task<Snapshot> Snapshot)? latest;
    long floor = long.MaxValue, end;
    int listeners;
    bool closed, ready;

    /// <returns>False if the last listener has just left: a new feed has to be made.</returns>
    public bool TryEnter()
    {
        lock (gate)
        {
            if (closed) return false;
            if (listeners++ == 0) _ = Task.Run(ReadAsync, CancellationToken.None);
            return true;
        }
    }

    /// <returns>True if nobody is left.</returns>
    public bool Leave()
    {
        lock (gate)
        {
            if (--listeners > 0) return false;
            closed = true;
        }

        reading.Cancel();
        reading.Dispose();
        return true;
    }

    /// <summary>Events after an id, as soon as there are any; none after the patience is over.</summary>
    public async Task<News> NextAsync(long after, TimeSpan patience, CancellationToken cancel)
    {
        long began = clock.GetTimestamp();
        while (true)
        {
            Task signal;
            lock (gate)
            {
                if (TryTake(after) is { } news) return news;
                signal = changed.Task;
            }

            // What changes may be of no use to this listener: the reader's first look, or events before its id.
            TimeSpan left = patience - clock.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return new([], false);
            // Leaves no timer behind, as a race with a delay would for each event and listener.
            await signal.WaitAsync(left, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A snapshot made for somebody else a moment ago, while all that followed it is still here; else a new one.</summary>
    public Task<Snapshot> SnapshotAsync(Func<Task<Snapshot>> make)
    {
        lock (gate)
        {
            bool serves = latest is { } kept && clock.GetElapsedTime(kept.At) < lookInterval
                && (!kept.Snapshot.IsCompleted || (kept.Snapshot.IsCompletedSuccessfully && kept.Snapshot.Result.Id >= (ready ? floor : 0)));
            // On another thread: it reads a store, and others wait for the gate.
            if (!serves) latest = (clock.GetTimestamp(), Task.Run(make));
            return latest!.Value.Snapshot;
        }
    }

    News? TryTake(long after)
    {
        if (!ready) return null;
        if (after < floor) return new([], true);
        return after >= end ? null : new([.. window.SkipWhile(frame => frame.Id <= after)], false);
    }

    async Task ReadAsync()
    {
        CancellationToken left = reading.Token;
        long last = -1;
        while (!left.IsCancellationRequested)
        {
            try
            {
                if (last < 0) last = await FindStartAsync(left);
                IReadOnlyList<LoggedEvent> page = await log.ReadAsync(stream, last, PageEvents, left);
                if (page.Count > 0) last = page[^1].Id;
                Publish(page);
                if (page.Count < PageEvents) await Task.Delay(lookInterval, clock, left);
            }
            catch (Exception) when (left.IsCancellationRequested)
            {
                // Nobody listens any more.
            }
            catch (Exception fault)
            {
                logger.LogError(fault, "The events of {Stream} could not be read; the next try is in {Milliseconds} ms.", stream, lookInterval.TotalMilliseconds);
                await Task.Delay(lookInterval, clock, left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task<long> FindStartAsync(CancellationToken cancel)
    {
        EventRange range = await log.RangeAsync(stream, cancel);
        long start = Math.Max(Math.Max(range.First - 1, range.Last - Window), 0);
        lock (gate) (floor, end) = (start, start);
        return start;
    }

    void Publish(IReadOnlyList<LoggedEvent> page)
    {
        EventFrame[] frames = [.. page.Select(EventFrame.Of)];
        TaskCompletionSource signal;
        lock (gate)
        {
            if (ready && frames.Length == 0) return;
            ready = true;
            foreach (EventFrame frame in frames)
            {
                if (window.Count == Window) floor = window.Dequeue().Id;
                window.Enqueue(frame);
                end = frame.Id;
            }

            (signal, changed) = (changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        signal.SetResult();
    }
}

/// <summary>Where something stands, as the bytes that go out.</summary>
/// <param name="Id">Of the last event it includes.</param>
/// <param name="IsEnd">Nothing follows it.</param>
sealed record Snapshot(long Id, ReadOnlyMemory<byte> Bytes, bool IsEnd);
