using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Storage;

/// <summary>Streams of events in the rows of any catalog; any number of instances append to one at once.</summary>
/// <remarks>
/// A stream is a partition with three sorts of rows, told apart and put in order by how their keys begin:
/// <list type="bullet">
/// <item><c>0-</c> marks: each 16th id, falling, so that the first row tells nearly where the stream ends. They only save looking; none is needed.</item>
/// <item><c>1-</c> pins: one for each key that was ever appended, with the id its event is to have.</item>
/// <item><c>2-</c> events, by id. They come last, so that a page of them never has to step over anything else.</item>
/// </list>
/// An append writes its pin, then its event under the pinned id; both only where there is none yet. An id is tried only once the one before it is there,
/// so ids rise by one and nothing ever appears before what somebody has read. The event is the commit point: until it is there the append has not happened.
/// A pin moves, by compare-and-set, only from an id that another event has taken, and ids are never given back: so however often a key is appended,
/// by whomever, at most one event of it comes to be. Whoever finds a pin without its event finishes what a dead writer began.
/// <para>An append costs two writes (three for each 16th) and no read while this instance wrote to the stream lately, a read one query,
/// a second append of a known key one write that is refused, one find and one query. One stream takes as many events a second as events can be written one after the other:
/// 100 to 200 where a write takes 5 to 10 ms. What is kept in memory is a hint; a wrong one costs a look.</para>
/// </remarks>
public sealed class CatalogEventLog(ICatalog catalog, TimeProvider clock) : IEventLog
{
    const string Table = "events", Marks = "0-", Pins = "1-", Events = "2-";
    const int MarkEvery = 16, ShortStream = 50, PageRows = 1000, MostStreamsKept = 1000, DeletesAtOnce = 16;

    /// <summary>So long an instance believes that a stream ends near where it last saw it. An id below the oldest event kept must never be tried, and nobody trims what is this new.</summary>
    static readonly TimeSpan hintLasts = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<string, StreamEnd> ends = new();

    /// <param name="Name">Of the pin, without its prefix.</param>
    sealed record Entry(string Name, string Type, JsonElement Data);

    /// <summary>What this instance knows of a stream, and its own appenders' turn.</summary>
    sealed class StreamEnd() : SemaphoreSlim(1, 1)
    {
        public long Last = -1, SeenAt;
    }

    public async Task<bool> AppendAsync(string stream, string key, string type, JsonElement data, CancellationToken cancel = default)
    {
        StreamEnd end = EndOf(stream);
        await end.WaitAsync(cancel);
        try
        {
            return await AppendAsync(stream, end, new(NameOf(key), type, data), cancel);
        }
        finally
        {
            end.Release();
        }
    }

    public async Task<IReadOnlyList<LoggedEvent>> ReadAsync(string stream, long after, int limit, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        List<LoggedEvent> events = [];
        while (events.Count < limit)
        {
            int page = Math.Min(limit - events.Count, PageRows);
            IReadOnlyList<CatalogRow> rows = await EventsAsync(stream, after, page, cancel);
            foreach (CatalogRow row in rows)
            {
                Entry entry = row.Read<Entry>();
                events.Add(new(IdOf(row), entry.Type, entry.Data));
            }

            if (rows.Count < page) break;
            after = IdOf(rows[^1]);
        }

        return events;
    }

    public async Task<EventRange> RangeAsync(string stream, CancellationToken cancel = default)
    {
        IReadOnlyList<CatalogRow> rows = await EventsAsync(stream, 0, ShortStream, cancel);
        if (rows.Count == 0) return default;
        long first = IdOf(rows[0]), last = IdOf(rows[^1]);
        return new(first, rows.Count < ShortStream ? last : Math.Max(last, await LookAsync(stream, cancel)));
    }

    public async Task TrimAsync(string stream, long upTo, CancellationToken cancel = default)
    {
        upTo = Math.Min(upTo, await LookAsync(stream, cancel) - 1);
        while ((await EventsAsync(stream, 0, PageRows, cancel)).TakeWhile(row => IdOf(row) <= upTo).ToList() is { Count: > 0 } old)
            await EachAsync(old, row => ForgetAsync(stream, row, cancel), cancel);
        while ((await catalog.QueryAsync(Table, stream, MarkKey(stream, upTo + 1).Key, PageRows, cancel)).TakeWhile(IsMark).ToList() is { Count: > 0 } marks)
            await EachAsync(marks, row => catalog.DeleteAsync(row.Key, cancel), cancel);
    }

    public async Task DeleteAsync(string stream, CancellationToken cancel = default)
    {
        ends.TryRemove(stream, out _);
        while (await catalog.QueryAsync(Table, stream, null, PageRows, cancel) is { Count: > 0 } rows)
            await EachAsync(rows, row => catalog.DeleteAsync(row.Key, cancel), cancel);
    }

    async Task<bool> AppendAsync(string stream, StreamEnd end, Entry entry, CancellationToken cancel)
    {
        long id = await NextAsync(stream, end, cancel);
        RowKey pinKey = new(Table, stream, Pins + entry.Name);
        bool free = await catalog.TryInsertAsync(pinKey, Payload.Write(id), cancel);
        while (!free || !await catalog.TryInsertAsync(EventKey(stream, id), Payload.Write(entry), cancel))
        {
            CatalogRow? pin = await catalog.FindAsync(pinKey, cancel);
            if (pin is not null)
            {
                id = pin.Read<long>();
                CatalogRow? there = (await EventsAsync(stream, id - 1, 1, cancel)).FirstOrDefault();
                // Ids have no gaps: where only later ones are left, this one has been trimmed.
                if (there is not null && (IdOf(there) != id || there.Read<Entry>().Name == entry.Name)) return false;
                free = there is null;
                if (free) continue;
            }

            // Another event has that id; or the pin is gone, with its stream or as the key was trimmed.
            id = Note(end, await LookAsync(stream, cancel)) + 1;
            free = await catalog.TryPutAsync(pin, pinKey, Payload.Write(id), cancel);
        }

        Note(end, id);
        if (id % MarkEvery == 0) await catalog.TryInsertAsync(MarkKey(stream, id), Payload.Write(id), cancel);
        return true;
    }

    /// <summary>The pin first: an event without one can still be trimmed, a pin without its event would be found by nobody.</summary>
    async Task ForgetAsync(string stream, CatalogRow row, CancellationToken cancel)
    {
        await catalog.DeleteAsync(new(Table, stream, Pins + row.Read<Entry>().Name), cancel);
        await catalog.DeleteAsync(row.Key, cancel);
    }

    async Task<long> NextAsync(string stream, StreamEnd end, CancellationToken cancel) =>
        (end.Last >= 0 && clock.GetElapsedTime(end.SeenAt) < hintLasts ? end.Last : Note(end, await LookAsync(stream, cancel))) + 1;

    long Note(StreamEnd end, long last)
    {
        end.SeenAt = clock.GetTimestamp();
        return end.Last = last;
    }

    /// <summary>The newest id; 0 where there is none.</summary>
    async Task<long> LookAsync(string stream, CancellationToken cancel)
    {
        if ((await catalog.QueryAsync(Table, stream, null, 1, cancel)).FirstOrDefault() is not { } first) return 0;
        long last = IsMark(first) ? first.Read<long>() : 0;
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await EventsAsync(stream, last, PageRows, cancel);
            if (rows.Count > 0) last = IdOf(rows[^1]);
            if (rows.Count < PageRows) return last;
        }
    }

    Task<IReadOnlyList<CatalogRow>> EventsAsync(string stream, long after, int limit, CancellationToken cancel) =>
        catalog.QueryAsync(Table, stream, EventKey(stream, Math.Max(after, 0)).Key, limit, cancel);

    StreamEnd EndOf(string stream)
    {
        // What waits for a turn that is forgotten here meets others at the catalog, as another instance's appender would.
        if (ends.Count > MostStreamsKept) ends.Clear();
        return ends.GetOrAdd(stream, _ => new());
    }

    static Task EachAsync(IEnumerable<CatalogRow> rows, Func<CatalogRow, Task> forget, CancellationToken cancel) =>
        Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = cancel }, async (row, _) => await forget(row));

    static bool IsMark(CatalogRow row) => row.Key.Key.StartsWith(Marks, StringComparison.Ordinal);

    static long IdOf(CatalogRow row) => long.Parse(row.Key.Key.AsSpan(Events.Length), CultureInfo.InvariantCulture);

    static RowKey EventKey(string stream, long id) => new(Table, stream, Events + id.ToString("D19", CultureInfo.InvariantCulture));

    static RowKey MarkKey(string stream, long id) => new(Table, stream, Marks + (long.MaxValue - id).ToString("D19", CultureInfo.InvariantCulture));

    // Keys may hold anything and be of any length; 128 bits of their hash meet once in 10^19 streams.
    static string NameOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16));
}
