using System.Text.Json;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Stores;

/// <summary>Streams of events in SQLite.</summary>
public sealed class SqliteEventLog(SqliteDatabase database) : IEventLog
{
    public Task<bool> AppendAsync(string stream, string key, string type, JsonElement data, CancellationToken cancel = default)
    {
        byte[] bytes = data.ToBytes();
        return database.WriteAsync(
            session => session.Execute(
                """
                INSERT INTO events (stream, id, name, type, data)
                SELECT $1, COALESCE(MAX(id), 0) + 1, $2, $3, $4 FROM events WHERE stream = $1
                ON CONFLICT (stream, name) DO NOTHING
                """,
                stream, key, type, bytes) == 1,
            cancel);
    }

    public Task<IReadOnlyList<LoggedEvent>> ReadAsync(string stream, long after, int limit, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (cancel.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<LoggedEvent>>(cancel);
        return Task.FromResult<IReadOnlyList<LoggedEvent>>(database.Read(session => session.Query(
            "SELECT id, type, data FROM events WHERE stream = $1 AND id > $2 ORDER BY id LIMIT $3",
            row => new LoggedEvent(row.GetInt64(0), row.GetString(1), row.GetJson(2)), stream, after, limit)));
    }

    public Task<EventRange> RangeAsync(string stream, CancellationToken cancel = default) => cancel.IsCancellationRequested
        ? Task.FromCanceled<EventRange>(cancel)
        : Task.FromResult(database.Read(session => session.QueryFirst(
            // Two look-ups in the key; MIN and MAX in one select would walk the whole stream.
            "SELECT COALESCE((SELECT MIN(id) FROM events WHERE stream = $1), 0), COALESCE((SELECT MAX(id) FROM events WHERE stream = $1), 0)",
            row => new EventRange(row.GetInt64(0), row.GetInt64(1)), stream)));

    public Task TrimAsync(string stream, long upTo, CancellationToken cancel = default) => database.WriteAsync(
        session => session.Execute(
            "DELETE FROM events WHERE stream = $1 AND id <= $2 AND id < (SELECT MAX(id) FROM events WHERE stream = $1)", stream, upTo),
        cancel);

    public Task DeleteAsync(string stream, CancellationToken cancel = default) =>
        database.WriteAsync(session => session.Execute("DELETE FROM events WHERE stream = $1", stream), cancel);
}
