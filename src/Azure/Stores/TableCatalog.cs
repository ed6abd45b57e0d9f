using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Azure.Stores;

/// <summary>The catalog's rows in tables of a storage account: a table each, partition and key as they are. A table is made when the first row is written to it.</summary>
/// <remarks>
/// A write that got no answer is sent again; where the second finds the first one's row, which bears the mark of the call, it was ours and has succeeded.
/// <para>Keys are made of letters that the service takes as they are and orders as we do, see <see cref="RowKey"/>, so nothing is encoded.</para>
/// <para>The service promises 2,000 rows a second for a partition and 20,000 for an account. Most rows lie in a partition of their job, upload, song or owner.
/// All jobs meet in <c>index/all</c>, <c>tallies/all</c>, <c>queue/pending</c>, <c>queue/ended</c>, <c>queue/aging</c>, <c>prompts/all</c> and <c>events/all</c>, where a job is written
/// at each change of its status; <c>queue/slots</c>, <c>queue/times</c> and the newest row of <c>tallies/all</c> are single rows that writers change in turn, one round trip each.
/// Every request with a key reads <c>keys/keys</c>, which therefore comes to its limit first: at 2,000 of these a second on all instances together. Rates are counted in 256 partitions a kind.</para>
/// </remarks>
sealed class TableCatalog(TableServiceClient service, string prefix) : ICatalog
{
    public Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default)
    {
        TableClient table = TableOf(key.Checked().Table);
        return ReadingAsync(key, async () => await EntityAsync(table, key, cancel) is { } entity ? RowValue.Read(key.Table, entity) : null, cancel);
    }

    public Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default)
    {
        TableClient table = TableOf(key.Checked().Table);
        return WriteAsync(key, value, entity => table.AddEntityAsync(entity, cancel), cancel);
    }

    public Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default)
    {
        TableClient table = TableOf(read.Key.Table);
        return WriteAsync(read.Key, value, entity => table.UpdateEntityAsync(entity, new ETag(read.ETag), TableUpdateMode.Replace, cancel), cancel);
    }

    public Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default) => WritingAsync(key, async () =>
    {
        var sends = new Sends();
        bool wasThere = false;
        try
        {
            using (sends.Watch()) wasThere = (await TableOf(key.Table).DeleteEntityAsync(key.Partition, key.Key, ETag.All, cancel)).Status != 404;
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            // Versions of the library differ in how they say that there was none.
        }

        return wasThere || sends.Count > 1;
    }, cancel);

    public Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        string filter = after is null ? TableClient.CreateQueryFilter($"PartitionKey eq {partition}") : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {after}");
        return ReadingAsync(new RowKey(table, partition, "*"), async () => await QueryAsync(table, filter, limit, cancel), cancel);
    }

    /// <summary>Names of tables are letters and digits, whatever their case: all but lower-case letters and digits is spelt out, and so is the letter that says so.</summary>
    internal static string NameOf(string prefix, string table)
    {
        var name = new StringBuilder(prefix);
        foreach (char letter in table) name.Append(char.IsAsciiDigit(letter) || letter is >= 'a' and < 'z' ? $"{letter}" : string.Create(CultureInfo.InvariantCulture, $"z{(int)letter:x2}"));
        return name.ToString();
    }

    TableClient TableOf(string table) => service.GetTableClient(NameOf(prefix, table));

    async Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string filter, int limit, CancellationToken cancel)
    {
        List<CatalogRow> rows = [];
        try
        {
            // A page ends at the limit, and also at 4 MiB, after five seconds, and wherever the service likes.
            await foreach (Page<TableEntity> page in TableOf(table).QueryAsync<TableEntity>(filter, limit, cancellationToken: cancel).AsPages())
            {
                rows.AddRange(page.Values.Take(limit - rows.Count).Select(entity => RowValue.Read(table, entity)));
                if (rows.Count == limit) break;
            }
        }
        catch (RequestFailedException fault) when (fault.Status == 404)
        {
            // Nothing was ever written to it.
        }

        return rows;
    }

    /// <returns>False if another row is there, or not the one that was read.</returns>
    Task<bool> WriteAsync(RowKey key, JsonElement value, Func<TableEntity, Task> send, CancellationToken cancel) => WritingAsync(key, async () =>
    {
        string write = Guid.NewGuid().ToString("N");
        TableEntity entity = RowValue.Write(key, value, write);
        var sends = new Sends();
        while (true)
        {
            try
            {
                using (sends.Watch()) await send(entity);
                return true;
            }
            catch (RequestFailedException fault) when (fault.Has(404, "TableNotFound"))
            {
                await TableOf(key.Table).CreateIfNotExistsAsync(cancel);
                sends.Count = 0;
            }
            catch (RequestFailedException fault) when (fault.Status is 404 or 409 or 412)
            {
                return sends.Count > 1 && await EntityAsync(TableOf(key.Table), key, cancel) is { } there && RowValue.WriteOf(there) == write;
            }
        }
    }, cancel);

    static async Task<TableEntity?> EntityAsync(TableClient table, RowKey key, CancellationToken cancel)
    {
        NullableResponse<TableEntity> found = await table.GetEntityIfExistsAsync<TableEntity>(key.Partition, key.Key, cancellationToken: cancel);
        return found.HasValue ? found.Value : null;
    }

    static Task<T> WritingAsync<T>(RowKey key, Func<Task<T>> write, CancellationToken cancel) => StorageFaults.WritingAsync($"the row {key.Table}/{key.Partition}/{key.Key}", write, cancel);

    static Task<T> ReadingAsync<T>(RowKey key, Func<Task<T>> read, CancellationToken cancel) => StorageFaults.ReadingAsync($"the row {key.Table}/{key.Partition}/{key.Key}", read, cancel);
}
