using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Pipeline.Ports;
using Microsoft.Data.Sqlite;

namespace DgxMusic.LocalHost.Stores;

/// <summary>The catalog's rows in SQLite.</summary>
public sealed class SqliteCatalog(SqliteDatabase database) : ICatalog
{
    public Task<CatalogRow?> FindAsync(RowKey key, CancellationToken cancel = default)
    {
        key.Checked();
        return ReadAsync(
            session => session.QueryFirst(
                "SELECT value, etag FROM rows WHERE tab = $1 AND part = $2 AND name = $3",
                row => new CatalogRow(key, row.GetJson(0), row.GetString(1)), key.Table, key.Partition, key.Key),
            cancel);
    }

    public Task<bool> TryInsertAsync(RowKey key, JsonElement value, CancellationToken cancel = default)
    {
        key.Checked();
        byte[] bytes = value.ToBytes();
        return database.WriteAsync(
            session => session.Execute(
                "INSERT INTO rows (tab, part, name, value, etag) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                key.Table, key.Partition, key.Key, bytes, DrawETag()) == 1,
            cancel);
    }

    public Task<bool> TryReplaceAsync(CatalogRow read, JsonElement value, CancellationToken cancel = default)
    {
        byte[] bytes = value.ToBytes();
        return database.WriteAsync(
            session => session.Execute(
                "UPDATE rows SET value = $4, etag = $5 WHERE tab = $1 AND part = $2 AND name = $3 AND etag = $6",
                read.Key.Table, read.Key.Partition, read.Key.Key, bytes, DrawETag(), read.ETag) == 1,
            cancel);
    }

    public Task<bool> DeleteAsync(RowKey key, CancellationToken cancel = default) =>
        database.WriteAsync(
            session => session.Execute("DELETE FROM rows WHERE tab = $1 AND part = $2 AND name = $3", key.Table, key.Partition, key.Key) == 1,
            cancel);

    public Task<IReadOnlyList<CatalogRow>> QueryAsync(string table, string partition, string? after, int limit, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        CatalogRow Map(SqliteDataReader row) => new(new(table, partition, row.GetString(0)), row.GetJson(1), row.GetString(2));
        return ReadAsync<IReadOnlyList<CatalogRow>>(
            session => session.Query(
                "SELECT name, value, etag FROM rows WHERE tab = $1 AND part = $2 AND name > $3 ORDER BY name LIMIT $4",
                Map, table, partition, after ?? "", limit),
            cancel);
    }

    Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancel) =>
        cancel.IsCancellationRequested ? Task.FromCanceled<T>(cancel) : Task.FromResult(database.Read(read));

    // Never drawn twice, so that a row deleted and written anew is not taken for the old one.
    static string DrawETag() => RandomNumberGenerator.GetHexString(16, lowercase: true);
}
