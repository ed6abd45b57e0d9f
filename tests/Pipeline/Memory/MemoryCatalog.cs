using System.Collections.Concurrent;
using System.Text.Json;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>A catalog that forgets everything when the test ends.</summary>
public sealed class MemoryCatalog : ICatalog
{
    const string BehindAll = "\uffff";

    readonly Lock gate = new();
    readonly Dictionary<RowKey, CatalogRow> rows = [];
    readonly Dictionary<(string Table, string Partition), SortedSet<string>> keys = [];
    long writes;

    public Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default)
    {
        lock (gate) return Task.FromResult(rows.GetValueOrDefault(key.Checked()));
    }

    public Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default)
    {
        lock (gate)
        {
            if (!rows.TryAdd(key.Checked(), NewRow(key, value))) return Task.FromResult(false);
            if (!keys.TryGetValue((key.Table, key.Partition), out SortedSet<string>? partition)) keys[(key.Table, key.Partition)] = partition = new(StringComparer.Ordinal);
            partition.Add(key.Key);
            return Task.FromResult(true);
        }
    }

    public Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(read.Key, out CatalogRow? row) || row.ETag != read.ETag) return Task.FromResult(false);
            rows[read.Key] = NewRow(read.Key, value);
            return Task.FromResult(true);
        }
    }

    public Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default)
    {
        lock (gate) return Task.FromResult(rows.Remove(key) && keys[(key.Table, key.Partition)].Remove(key.Key));
    }

    public Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default)
    {
        lock (gate)
        {
            if (!keys.TryGetValue((table, partition), out SortedSet<string>? found)) return Task.FromResult<IReadOnlyList<CatalogRow>>([]);
            return Task.FromResult<IReadOnlyList<CatalogRow>>(
                [.. found.GetViewBetween(after ?? "", BehindAll).Where(key => key != after).Take(limit).Select(key => rows[new(table, partition, key)])]);
        }
    }

    CatalogRow NewRow(RowKey key, JsonElement value) => new(key, value.Clone(), $"{++writes}");
}

/// <summary>Streams of events in memory.</summary>
public sealed class MemoryEventLog : IEventLog
{
    readonly ConcurrentDictionary<string, List<(string Key, LoggedEvent Event)>> streams = new();

    public Task<bool> AppendAsync(string stream, string key, string type, JsonElement data, CancellationToken cancel = default)
    {
        List<(string Key, LoggedEvent Event)> events = streams.GetOrAdd(stream, _ => []);
        lock (events)
        {
            if (events.Any(logged => logged.Key == key)) return Task.FromResult(false);
            events.Add((key, new((events.Count == 0 ? 0 : events[^1].Event.Id) + 1, type, data.Clone())));
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<LoggedEvent>> ReadAsync(string stream, long after, int limit, CancellationToken cancel = default)
    {
        List<(string Key, LoggedEvent Event)> events = streams.GetOrAdd(stream, _ => []);
        lock (events) return Task.FromResult<IReadOnlyList<LoggedEvent>>([.. events.Select(logged => logged.Event).Where(logged => logged.Id > after).Take(limit)]);
    }

    public Task<EventRange> RangeAsync(string stream, CancellationToken cancel = default)
    {
        List<(string Key, LoggedEvent Event)> events = streams.GetOrAdd(stream, _ => []);
        lock (events) return Task.FromResult(events.Count == 0 ? default : new EventRange(events[0].Event.Id, events[^1].Event.Id));
    }

    public Task TrimAsync(string stream, long upTo, CancellationToken cancel = default)
    {
        List<(string Key, LoggedEvent Event)> events = streams.GetOrAdd(stream, _ => []);
        lock (events) events.RemoveRange(0, events.Take(Math.Max(events.Count - 1, 0)).Count(logged => logged.Event.Id <= upTo));
        return Task.CompletedTask;
    }

    public Task DeleteAsync(string stream, CancellationToken cancel = default)
    {
        streams.TryRemove(stream, out _);
        return Task.CompletedTask;
    }
}
