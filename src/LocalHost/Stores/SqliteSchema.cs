using DgxMusic.Contracts;
using Microsoft.Data.Sqlite;

namespace DgxMusic.LocalHost.Stores;

/// <summary>The tables of <c>catalog.db</c>, as the steps that lead from each version to the next.</summary>
static class SqliteSchema
{
    /// <summary>Step n leads from version n to n + 1. Published steps never change.</summary>
    static readonly string[] steps =
    [
        """
        CREATE TABLE rows (
            tab TEXT NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, etag TEXT NOT NULL,
            PRIMARY KEY (tab, part, name)) WITHOUT ROWID;
        CREATE TABLE events (
            stream TEXT NOT NULL, id INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, data BLOB NOT NULL,
            PRIMARY KEY (stream, id)) WITHOUT ROWID;
        CREATE UNIQUE INDEX events_once ON events (stream, name);
        CREATE TABLE instances (
            id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, input BLOB NOT NULL, parent TEXT, created INTEGER NOT NULL,
            status INTEGER NOT NULL, output BLOB, fault BLOB) WITHOUT ROWID;
        CREATE INDEX instances_children ON instances (parent) WHERE parent IS NOT NULL;
        CREATE INDEX instances_running ON instances (created) WHERE status = 0;
        CREATE TABLE episodes (
            instance TEXT NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL,
            PRIMARY KEY (instance, number)) WITHOUT ROWID;
        CREATE TABLE raised (id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL);
        CREATE INDEX raised_by_instance ON raised (instance, id);
        """,
    ];

    /// <exception cref="PipelineException"><see cref="Problem.DataUnreadable"/>: not a database, damaged, or written by a newer program.</exception>
    public static void Apply(SqliteSession session, string path)
    {
        try
        {
            int version = session.QueryFirst("PRAGMA user_version", row => row.GetInt32(0));
            if (version > steps.Length)
                throw new PipelineException(Problem.DataUnreadable, $"{path} has schema {version}; this program knows schemas up to {steps.Length}.");
            for (; version < steps.Length; version++)
                session.Execute($"BEGIN IMMEDIATE; {steps[version]} PRAGMA user_version = {version + 1}; COMMIT");
        }
        catch (SqliteException fault) when (IsDamage(fault))
        {
            throw Unreadable(path, fault);
        }
    }

    public static bool IsDamage(SqliteException fault) => fault.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB;

    public static PipelineException Unreadable(string path, SqliteException fault) =>
        new(Problem.DataUnreadable, $"{path} is damaged or not a catalog ({fault.Message}).");
}
