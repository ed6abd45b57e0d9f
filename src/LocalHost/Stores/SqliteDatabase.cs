using System.Collections.Concurrent;
using DgxMusic.Contracts;
using Microsoft.Data.Sqlite;

namespace DgxMusic.LocalHost.Stores;

/// <summary>
/// One SQLite file. A single thread writes, and writes that wait together share one commit, so that many writers cost one flush to disk;
/// readers see the last commit and never wait.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    /// <summary>Writes that share a commit; more only makes the first of them wait longer.</summary>
    const int LargestGroup = 256;

    readonly string path;
    readonly SqliteSession session;
    readonly ConcurrentBag<SqliteSession> readers = [];
    readonly BlockingCollection<SqliteWrite> queue = [];
    readonly Thread writer;
    volatile bool disposed;

    /// <param name="path">Created if it is missing; its folder exists.</param>
    /// <exception cref="PipelineException"><see cref="Problem.DataUnreadable"/>: not a database, damaged, or written by a newer program.</exception>
    public SqliteDatabase(string path)
    {
        this.path = path;
        session = OpenSession();
        try
        {
            SqliteSchema.Apply(session, path);
        }
        catch
        {
            session.Dispose();
            throw;
        }

        writer = new Thread(WriteQueue) { IsBackground = true, Name = "catalog writer" };
        writer.Start();
    }

    /// <summary>Runs a write in a transaction; the task ends after the commit has reached the disk. One that throws changes nothing and harms no other.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.StorageWriteFailed"/>: the disk is full or failing.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancel = default)
    {
        var waiting = new SqliteWrite<T>(write, cancel);
        try
        {
            queue.Add(waiting, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            return Task.FromException<T>(new ObjectDisposedException(nameof(SqliteDatabase)));
        }

        return waiting.Task;
    }

    public T Read<T>(Func<SqliteSession, T> read)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!readers.TryTake(out SqliteSession? reader)) reader = OpenSession();
        try
        {
            return read(reader);
        }
        finally
        {
            readers.Add(reader);
            if (disposed) CloseReaders();
        }
    }

    /// <summary>Finishes the writes that are queued, then closes the file.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        queue.CompleteAdding();
        writer.Join();
        CloseReaders();
        session.Dispose();
        queue.Dispose();
    }

    SqliteSession OpenSession()
    {
        try
        {
            return new SqliteSession(path);
        }
        catch (SqliteException fault) when (SqliteSchema.IsDamage(fault))
        {
            throw SqliteSchema.Unreadable(path, fault);
        }
    }

    void CloseReaders()
    {
        while (readers.TryTake(out SqliteSession? reader)) reader.Dispose();
    }

    void WriteQueue()
    {
        List<SqliteWrite> group = [];
        foreach (SqliteWrite first in queue.GetConsumingEnumerable())
        {
            group.Add(first);
            while (group.Count < LargestGroup && queue.TryTake(out SqliteWrite? next)) group.Add(next);
            Commit(group);
            group.Clear();
        }
    }

    void Commit(List<SqliteWrite> group)
    {
        List<SqliteWrite> done = [];
        try
        {
            foreach (SqliteWrite write in group)
            {
                if (!session.InTransaction) session.Execute("BEGIN IMMEDIATE");
                if (write.TryRun(session)) done.Add(write);
                if (!session.InTransaction) FailAll(done, new IOException("SQLite rolled the transaction back."));
            }

            if (session.InTransaction) session.Execute("COMMIT");
            foreach (SqliteWrite write in done) write.Complete();
        }
        catch (Exception fault)
        {
            if (session.InTransaction) session.Execute("ROLLBACK");
            FailAll(group, fault);
        }
    }

    static void FailAll(List<SqliteWrite> writes, Exception fault)
    {
        foreach (SqliteWrite write in writes) write.Fail(fault);
        writes.Clear();
    }
}
