using System.Collections.Concurrent;
using System.Text.Json;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>A catalog that forgets everything when the test ends.</summary>
public sealed class MemoryCatalog : ICatalog
{
    readonly Lock gate = new();
    readonly SortedDictionary<(string, string, string), CatalogRow> rows = new(Comparer<(string, string, string)>.Create(Compare));
    long writes;

    public Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default)
    {
        lock (gate) return Task.FromResult(rows.GetValueOrDefault(Parts(key)));
    }

    public Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default)
    {
        lock (gate) return Task.FromResult(rows.TryAdd(Parts(key), NewRow(key, value)));
    }

    public Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(Parts(read.Key), out CatalogRow? row) || row.ETag != read.ETag) return Task.FromResult(false);
            rows[Parts(read.Key)] = NewRow(read.Key, value);
            return Task.FromResult(true);
        }
    }

    public Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default)
    {
        lock (gate) return Task.FromResult(rows.Remove(Parts(key)));
    }

    public Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default)
    {
        lock (gate)
        {
            IReadOnlyList<CatalogRow> found = [.. rows.Values
                .Where(row => row.Key.Table == table && row.Key.Partition == partition && (after is null || string.CompareOrdinal(row.Key.Key, after) > 0))
                .Take(limit)];
            return Task.FromResult(found);
        }
    }

    CatalogRow NewRow(RowKey key, JsonElement value) => new(key, value.Clone(), $"{++writes}");

    static (string, string, string) Parts(RowKey key) => (key.Table, key.Partition, key.Key);

    static int Compare((string Table, string Partition, string Key) x, (string Table, string Partition, string Key) y) =>
        string.CompareOrdinal(x.Table, y.Table) is not 0 and int table ? table
        : string.CompareOrdinal(x.Partition, y.Partition) is not 0 and int partition ? partition
        : string.CompareOrdinal(x.Key, y.Key);
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
            events.Add((key, new(events.Count + 1, type, data.Clone())));
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<LoggedEvent>> ReadAsync(string stream, long after, int limit, CancellationToken cancel = default)
    {
        List<(string Key, LoggedEvent Event)> events = streams.GetOrAdd(stream, _ => []);
        lock (events) return Task.FromResult<IReadOnlyList<LoggedEvent>>([.. events.Select(logged => logged.Event).Where(logged => logged.Id > after).Take(limit)]);
    }

    public Task DeleteAsync(string stream, CancellationToken cancel = default)
    {
        streams.TryRemove(stream, out _);
        return Task.CompletedTask;
    }
}
