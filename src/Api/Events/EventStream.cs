using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Ports;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Events;

/// <summary>What can be listened to.</summary>
/// <param name="Stream">In the event log.</param>
/// <param name="IsOneJob">It ends with that job's last event.</param>
/// <param name="Look">Where it stands, and the id of the last event that this includes.</param>
/// <param name="IsOverAsync">Whether it has ended although nobody said so.</param>
sealed record EventSource(string Stream, bool IsOneJob, Func<Task<(long Id, object Data, bool IsEnd)>> Look, Func<CancellationToken, Task<bool>> IsOverAsync)
{
    public async Task<Snapshot> SnapshotAsync()
    {
        (long id, object data, bool isEnd) = await Look();
        return new(id, EventFrame.Write(id, "snapshot", data), isEnd);
    }
}

/// <summary>One answer to who asks instead of listening.</summary>
/// <param name="Snapshot">Where it stands: as the event of that name has it; null where 'after' was an id to go on from.</param>
/// <param name="Next">What to give as 'after' the next time.</param>
/// <param name="More">There are more events already.</param>
public sealed record EventPage(JsonElement? Snapshot, IReadOnlyList<EventItem> Events, long Next, bool More);

/// <summary>Sends a source's events as they come: a snapshot first, then changes with rising ids, a comment where nothing happens.</summary>
public sealed class EventStream(EventHub hub, IEventLog log, TimeProvider clock)
{
    const int PageEvents = 100;

    /// <summary>Platforms cut responses at 230 s; ours ends before, between two events, and the client comes back with its last id.</summary>
    static readonly TimeSpan longest = TimeSpan.FromSeconds(200);
    static readonly TimeSpan heartbeat = TimeSpan.FromSeconds(15);

    static ReadOnlySpan<byte> Retry => "retry: 2000\n\n"u8;

    static ReadOnlySpan<byte> StillHere => ": still here\n\n"u8;

    /// <param name="after">Null: begin with a snapshot.</param>
    internal IResult Send(EventSource source, long? after) => new Stream(this, source, after);

    internal async Task<EventPage> PageAsync(EventSource source, long? after, CancellationToken cancel)
    {
        if (after is not { } known)
        {
            (long id, object data, bool isEnd) = await source.Look();
            return new(JsonSerializer.SerializeToElement(data, ApiJson.Options), [], id, source.IsOneJob && !isEnd && (await log.RangeAsync(source.Stream, cancel)).Last > id);
        }

        IReadOnlyList<LoggedEvent> page = await log.ReadAsync(source.Stream, known, PageEvents + 1, cancel);
        EventItem[] items = [.. page.Take(PageEvents).Select(EventFrame.ItemOf)];
        return new(null, items, items.Length == 0 ? known : items[^1].Id, page.Count > PageEvents);
    }

    async Task SendAsync(HttpContext http, EventSource source, long? after)
    {
        HttpResponse response = http.Response;
        (response.ContentType, response.Headers.CacheControl, response.Headers["X-Accel-Buffering"]) = ("text/event-stream", "no-cache", "no");
        using EventHub.Lease lease = hub.Listen(source.Stream);
        response.BodyWriter.Write(Retry);
        await new Listener(source, lease.Feed, log, response.BodyWriter, after).ListenAsync(clock, http.RequestAborted);
    }

    sealed class Listener(EventSource source, EventFeed feed, IEventLog log, PipeWriter output, long? after)
    {
        long last = after ?? -1;
        bool live, over;

        public async Task ListenAsync(TimeProvider clock, CancellationToken cancel)
        {
            long started = clock.GetTimestamp();
            if (last < 0) await WriteSnapshotAsync(cancel);
            while (await FlushAsync(cancel) && !over && longest - clock.GetElapsedTime(started) is { } left && left > TimeSpan.Zero)
            {
                News news = await feed.NextAsync(last, left < heartbeat ? left : heartbeat, cancel);
                if (news.Lagged) await CatchUpAsync(cancel);
                else if (news.Frames.Count > 0) Write(news.Frames);
                else await StayAsync(cancel);
                live |= !news.Lagged;
            }
        }

        /// <summary>Who comes back gets every event that is kept; who was here and fell behind gets where it stands now.</summary>
        async Task CatchUpAsync(CancellationToken cancel)
        {
            if (live)
            {
                await WriteSnapshotAsync(cancel);
                return;
            }

            IReadOnlyList<LoggedEvent> page = await log.ReadAsync(source.Stream, last, PageEvents, cancel);
            over = page.Count == 0;
            Write([.. page.Select(EventFrame.Of)]);
        }

        async Task StayAsync(CancellationToken cancel)
        {
            if (await source.IsOverAsync(cancel)) await WriteSnapshotAsync(cancel);
            else output.Write(StillHere);
        }

        async Task WriteSnapshotAsync(CancellationToken cancel)
        {
            Snapshot snapshot = await feed.SnapshotAsync(source.SnapshotAsync).WaitAsync(cancel);
            output.Write(snapshot.Bytes.Span);
            (last, over) = (snapshot.Id, snapshot.IsEnd);
        }

        void Write(IReadOnlyList<EventFrame> frames)
        {
            foreach (EventFrame frame in frames)
            {
                output.Write(frame.Bytes.Span);
                last = frame.Id;
                if (over = source.IsOneJob && frame.IsLast) return;
            }
        }

        /// <returns>False if the client has gone.</returns>
        async Task<bool> FlushAsync(CancellationToken cancel) => !(await output.FlushAsync(cancel)).IsCompleted;
    }

    sealed class Stream(EventStream events, EventSource source, long? after) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => events.SendAsync(httpContext, source, after);
    }
}
