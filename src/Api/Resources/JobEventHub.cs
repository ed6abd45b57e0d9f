using System.Collections.Concurrent;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Api.Resources;

/// <summary>One reader of the event log a job, however many listen to it.</summary>
public sealed class JobEventHub(IEventLog log, TimeProvider clock)
{
    static readonly TimeSpan lookInterval = TimeSpan.FromMilliseconds(250);
    const int PageEvents = 500;

    readonly ConcurrentDictionary<string, Feed> feeds = new();

    /// <summary>Listens to a job until the lease is disposed.</summary>
    public Lease Listen(string jobId)
    {
        while (true)
        {
            Feed feed = feeds.GetOrAdd(jobId, id => new Feed(this, id));
            if (feed.TryEnter()) return new(feed);
        }
    }

    /// <summary>A listener's hold on a feed.</summary>
    public sealed class Lease : IDisposable
    {
        readonly Feed feed;
        int disposed;

        internal Lease(Feed feed) => this.feed = feed;

        /// <summary>Events after an id, as soon as there are any; empty after the patience is over.</summary>
        public Task<IReadOnlyList<LoggedEvent>> NextAsync(long after, TimeSpan patience, CancellationToken cancel) => feed.NextAsync(after, patience, cancel);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0) feed.Leave();
        }
    }

    internal sealed class Feed(JobEventHub hub, string jobId)
    {
        readonly Lock gate = new();
        readonly List<LoggedEvent> events = [];
        TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int listeners;
        volatile bool closed;

        public bool TryEnter()
        {
            lock (gate)
            {
                if (closed) return false;
                if (listeners++ == 0) _ = ReadAsync();
                return true;
            }
        }

        public void Leave()
        {
            lock (gate)
            {
                if (--listeners > 0) return;
                closed = true;
            }

            hub.feeds.TryRemove(new(jobId, this));
        }

        public async Task<IReadOnlyList<LoggedEvent>> NextAsync(long after, TimeSpan patience, CancellationToken cancel)
        {
            Task signal;
            lock (gate)
            {
                if (NewsAfter(after) is { Count: > 0 } news) return news;
                signal = changed.Task;
            }

            await Task.WhenAny(signal, Task.Delay(patience, hub.Clock, cancel));
            cancel.ThrowIfCancellationRequested();
            lock (gate) return NewsAfter(after);
        }

        List<LoggedEvent> NewsAfter(long after) => events.FindAll(logged => logged.Id > after);

        async Task ReadAsync()
        {
            for (long last = 0; !closed;)
            {
                IReadOnlyList<LoggedEvent> page = await hub.Log.ReadAsync(jobId, last, PageEvents);
                if (page.Count > 0)
                {
                    last = page[^1].Id;
                    Publish(page);
                }

                if (page.Count < PageEvents) await Task.Delay(lookInterval, hub.Clock);
            }
        }

        void Publish(IReadOnlyList<LoggedEvent> page)
        {
            TaskCompletionSource signal;
            lock (gate)
            {
                events.AddRange(page);
                (signal, changed) = (changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            signal.SetResult();
        }
    }

    IEventLog Log => log;

    TimeProvider Clock => clock;
}
