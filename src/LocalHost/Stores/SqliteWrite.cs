using DgxMusic.Contracts;
using Microsoft.Data.Sqlite;

namespace DgxMusic.LocalHost.Stores;

/// <summary>A write on its way: run inside the group's transaction, told of its end when the group has been committed.</summary>
abstract class SqliteWrite
{
    /// <returns>False if it threw or nobody waits for it: it has left no trace and its waiter knows.</returns>
    public abstract bool TryRun(SqliteSession session);

    public abstract void Complete();

    /// <summary>Does nothing to a write that has ended.</summary>
    public abstract void Fail(Exception fault);
}

/// <inheritdoc/>
sealed class SqliteWrite<T>(Func<SqliteSession, T> write, CancellationToken cancel) : SqliteWrite
{
    readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T result = default!;

    public Task<T> Task => source.Task;

    public override bool TryRun(SqliteSession session)
    {
        if (cancel.IsCancellationRequested)
        {
            source.TrySetCanceled(cancel);
            return false;
        }

        session.Execute("SAVEPOINT one");
        try
        {
            result = write(session);
            session.Execute("RELEASE one");
            return true;
        }
        catch (Exception fault)
        {
            if (session.InTransaction) session.Execute("ROLLBACK TO one; RELEASE one");
            Fail(fault);
            return false;
        }
    }

    public override void Complete() => source.TrySetResult(result);

    public override void Fail(Exception fault) => source.TrySetException(fault switch
    {
        SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_READONLY } or IOException =>
            new PipelineException(Problem.StorageWriteFailed, $"The catalog could not be written: {fault.Message}"),
        _ => fault,
    });
}
