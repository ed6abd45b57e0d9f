using System.Text.Json;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>A catalog that counts what is read and dies before a write of the test's choice, as a process does.</summary>
public sealed class FailingCatalog(ICatalog rows) : ICatalog
{
    int writes;

    /// <summary>Rows that queries and finds gave out.</summary>
    public int RowsRead { get; private set; }

    /// <summary>Rows of jobs among them.</summary>
    public int JobRowsRead { get; private set; }

    /// <summary>How many more writes succeed; every later one fails until this is set anew. Null: all.</summary>
    public int? WritesLeft { get; set; }

    public int Writes => writes;

    /// <summary>Queries and finds.</summary>
    public int Reads { get; private set; }

    public void Forget() => (RowsRead, JobRowsRead) = (0, 0);

    public async Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default)
    {
        Reads++;
        CatalogRow? row = await rows.FindAsync(key, cancel);
        if (row is not null) RowsRead++;
        if (row is not null && key.Table == "jobs") JobRowsRead++;
        return row;
    }

    public Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default) => Write(() => rows.TryInsertAsync(key, value, cancel));

    public Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default) => Write(() => rows.TryReplaceAsync(read, value, cancel));

    public Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default) => Write(() => rows.DeleteAsync(key, cancel));

    public async Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default)
    {
        Reads++;
        IReadOnlyList<CatalogRow> found = await rows.QueryAsync(table, partition, after, limit, cancel);
        RowsRead += found.Count;
        return found;
    }

    Task<bool> Write(Func<Task<bool>> write)
    {
        if (WritesLeft <= 0) throw new IOException("The process is gone.");
        WritesLeft--;
        writes++;
        return write();
    }
}
