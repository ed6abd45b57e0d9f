using System.Text.Json;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.Data.Sqlite;

namespace DgxMusic.LocalHost.Runner;

sealed record InstanceRow(
    string Id, string Name, int Version, JsonElement Input, string? Parent, InstanceStatus Status, JsonElement? Output, Fault? Fault);

sealed record RaisedEvent(long Id, string Name, JsonElement Data);

/// <summary>Instances and their episodes in SQLite. What one turn changes is one transaction.</summary>
sealed class InstanceStore(SqliteDatabase database, TimeProvider clock)
{
    const string Columns = "id, name, version, input, parent, status, output, fault";

    /// <returns>False if the id is taken.</returns>
    public Task<bool> TryCreateAsync(string id, OrchestrationDefinition definition, JsonElement input, string? parent)
    {
        byte[] bytes = input.ToBytes();
        long now = clock.GetUtcNow().UtcTicks;
        return database.WriteAsync(session => session.Execute(
            "INSERT INTO instances (id, name, version, input, parent, created, status) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            id, definition.Name, definition.Version, bytes, parent, now, (int)InstanceStatus.Running) == 1);
    }

    public InstanceRow? Find(string id) => database.Read(session =>
        session.QueryFirst($"SELECT {Columns} FROM instances WHERE id = $1", Map, id));

    public IReadOnlyList<InstanceRow> Running() => database.Read(session =>
        session.Query($"SELECT {Columns} FROM instances WHERE status = $1 ORDER BY created, id", Map, (int)InstanceStatus.Running));

    public IReadOnlyList<Episode> EpisodesOf(string id) => database.Read(session => EpisodesOf(session, id));

    public IReadOnlyList<RaisedEvent> RaisedTo(string id) => database.Read(session => session.Query(
        "SELECT id, name, data FROM raised WHERE instance = $1 ORDER BY id", row => new RaisedEvent(row.GetInt64(0), row.GetString(1), row.GetJson(2)), id));

    /// <returns>The event, or null if the instance is unknown or over.</returns>
    public Task<RaisedEvent?> RaiseAsync(string id, string name, JsonElement data)
    {
        byte[] bytes = data.ToBytes();
        return database.WriteAsync(session =>
        {
            int added = session.Execute(
                "INSERT INTO raised (instance, name, data) SELECT $1, $2, $3 FROM instances WHERE id = $1 AND status = $4",
                id, name, bytes, (int)InstanceStatus.Running);
            return added == 0 ? null : new RaisedEvent(session.QueryFirst("SELECT last_insert_rowid()", row => row.GetInt64(0)), name, data);
        });
    }

    /// <summary>Records a turn. False if the instance has been ended by somebody else meanwhile: then nothing is recorded.</summary>
    public Task<bool> CommitAsync(string id, int number, Episode episode, IReadOnlyList<long> consumed, InstanceStatus status, JsonElement? output, Fault? fault)
    {
        byte[] data = JsonSerializer.SerializeToUtf8Bytes(episode, Payload.Options);
        byte[]? result = output?.ToBytes(), failure = fault is null ? null : JsonSerializer.SerializeToUtf8Bytes(fault, Payload.Options);
        return database.WriteAsync(session =>
        {
            int alive = session.Execute(
                "UPDATE instances SET status = $2, output = $3, fault = $4 WHERE id = $1 AND status = $5",
                id, (int)status, result, failure, (int)InstanceStatus.Running);
            if (alive == 0) return false;
            session.Execute("INSERT INTO episodes (instance, number, data) VALUES ($1, $2, $3)", id, number, data);
            foreach (long raised in consumed) session.Execute("DELETE FROM raised WHERE id = $1", raised);
            return true;
        });
    }

    /// <summary>Ends a running instance without a turn of its own.</summary>
    public Task<bool> EndAsync(string id, InstanceStatus status, Fault fault)
    {
        byte[] failure = JsonSerializer.SerializeToUtf8Bytes(fault, Payload.Options);
        return database.WriteAsync(session => session.Execute(
            "UPDATE instances SET status = $2, fault = $3 WHERE id = $1 AND status = $4", id, (int)status, failure, (int)InstanceStatus.Running) == 1);
    }

    /// <summary>Forgets what an instance did, and its children; its input and what was raised to it stay, heard or not.</summary>
    public Task RestartAsync(string id, int version) => database.WriteAsync(session =>
    {
        foreach (string child in Descendants(session, id)) Forget(session, child);
        foreach (HistoryEvent heard in EpisodesOf(session, id).SelectMany(episode => episode.Events).Where(heard => heard.Kind == EventKind.Raised).Reverse())
        {
            // Before those that still wait: ids count down from the lowest.
            session.Execute(
                "INSERT INTO raised (id, instance, name, data) SELECT MIN(COALESCE((SELECT MIN(id) FROM raised), 1), 1) - 1, $1, $2, $3", id, heard.Name, heard.Data!.Value.ToBytes());
        }

        session.Execute("DELETE FROM episodes WHERE instance = $1", id);
        return session.Execute("UPDATE instances SET version = $2 WHERE id = $1", id, version);
    });

    public Task PurgeAsync(string id) => database.WriteAsync(session =>
    {
        int status = session.QueryFirst("SELECT status FROM instances WHERE id = $1", row => row.GetInt32(0), id);
        if (status == (int)InstanceStatus.Running) return false;
        foreach (string child in Descendants(session, id)) Forget(session, child);
        Forget(session, id);
        return true;
    });

    /// <summary>Children, their children and so on, nearest first.</summary>
    public IReadOnlyList<string> DescendantsOf(string id) => database.Read(session => Descendants(session, id));

    static List<Episode> EpisodesOf(SqliteSession session, string id) => session.Query(
        "SELECT data FROM episodes WHERE instance = $1 ORDER BY number",
        row => JsonSerializer.Deserialize<Episode>(row.GetFieldValue<byte[]>(0), Payload.Options)!, id);

    static List<string> Descendants(SqliteSession session, string id) => session.Query(
        """
        WITH RECURSIVE below(id) AS (
            SELECT id FROM instances WHERE parent = $1
            UNION ALL SELECT instances.id FROM instances JOIN below ON instances.parent = below.id)
        SELECT id FROM below
        """,
        row => row.GetString(0), id);

    static void Forget(SqliteSession session, string id)
    {
        session.Execute("DELETE FROM episodes WHERE instance = $1", id);
        session.Execute("DELETE FROM raised WHERE instance = $1", id);
        session.Execute("DELETE FROM instances WHERE id = $1", id);
    }

    static InstanceRow Map(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetJson(3), row.IsDBNull(4) ? null : row.GetString(4), (InstanceStatus)row.GetInt32(5),
        row.IsDBNull(6) ? null : row.GetJson(6), row.IsDBNull(7) ? null : JsonSerializer.Deserialize<Fault>(row.GetFieldValue<byte[]>(7), Payload.Options));
}
