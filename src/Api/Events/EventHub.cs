using System.Collections.Concurrent;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Api.Events;

/// <summary>One reader of the event log a stream, however many listen to it; none where nobody does.</summary>
public sealed class EventHub(IEventLog log, TimeProvider clock, ILogger<EventHub> logger) : IDisposable
{
    readonly ConcurrentDictionary<string, EventFeed> feeds = new();
    readonly CancellationTokenSource stopping = new();

    /// <summary>Streams that somebody listens to.</summary>
    public int Feeds => feeds.Count;

    /// <summary>Listens to a stream until the lease is disposed.</summary>
    internal Lease Listen(string stream)
    {
        while (true)
        {
            EventFeed feed = feeds.GetOrAdd(stream, name => new EventFeed(name, log, clock, logger, stopping.Token));
            if (feed.TryEnter()) return new(this, stream, feed);
        }
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    /// <summary>A listener's hold on a feed.</summary>
    internal sealed class Lease(EventHub hub, string stream, EventFeed feed) : IDisposable
    {
        int disposed;

        public EventFeed Feed => feed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0 && feed.Leave()) hub.feeds.TryRemove(new(stream, feed));
        }
    }
}
