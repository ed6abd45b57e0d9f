using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Keeps the streams that never end short: who was away longer gets a snapshot.</summary>
public sealed class EventRetention(IEventLog events, OpenJobs open, TimeProvider clock)
{
    const int MostEvents = 10_000, PageEvents = 500;
    static readonly TimeSpan longest = TimeSpan.FromDays(7);

    public async Task TrimAsync(CancellationToken cancel = default)
    {
        await TrimAsync(JobStreams.All, cancel);
        await foreach (string owner in open.OwnersAsync(cancel)) await TrimAsync(JobStreams.Of(owner), cancel);
    }

    async Task TrimAsync(string stream, CancellationToken cancel)
    {
        long last = (await events.RangeAsync(stream, cancel)).Last, upTo = Math.Max(0, last - MostEvents);
        DateTime since = clock.GetUtcNow().UtcDateTime - longest;
        while (await events.ReadAsync(stream, upTo, PageEvents, cancel) is { Count: > 0 } page)
        {
            LoggedEvent? old = page.LastOrDefault(logged => Payload.Read<JobUpdate>(logged.Data).At < since);
            if (old is null) break;
            upTo = old.Id;
            if (old != page[^1]) break;
        }

        if (upTo > 0) await events.TrimAsync(stream, upTo, cancel);
    }
}
