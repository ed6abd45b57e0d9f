using System.Globalization;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Admission in order of acceptance. One row holds who has a slot, so that two instances never admit past the limit.</summary>
public sealed class JobQueue(ICatalog catalog, JobLedger ledger, JobStarter starter, PipelineOptions options) : IDisposable
{
    const string Table = "queue", Pending = "pending";
    const int ScanRows = 1000;
    static readonly RowKey slotsKey = new(Table, "slots", "slots");
    readonly SemaphoreSlim oneAtATime = new(1, 1);

    sealed record Slots(IReadOnlyList<string> Active);

    public static string KeyFor(DateTime acceptedAt, string jobId) => $"{acceptedAt.Ticks.ToString("D19", CultureInfo.InvariantCulture)}-{jobId}";

    /// <summary>Notes the wish to run before the job row is written: a crash in between leaves an entry that the sweep removes, never a lost job.</summary>
    public Task EnterAsync(string queueKey, string jobId, CancellationToken cancel = default) =>
        catalog.TryInsertAsync(PendingKey(queueKey), Payload.Write(jobId), cancel);

    /// <summary>Gives up the wish to run.</summary>
    public Task LeaveAsync(Job job, CancellationToken cancel = default) => catalog.DeleteAsync(PendingKey(job.QueueKey), cancel);

    /// <summary>0 while it runs, 1 for the next, null when it is over.</summary>
    public async Task<int?> PositionAsync(Job job, CancellationToken cancel = default)
    {
        if (job.IsTerminal) return null;
        if (job.StartedAt is not null) return 0;
        int position = 1;
        await foreach (CatalogRow row in PendingAsync(cancel))
        {
            if (row.Read<string>() == job.JobId) return position;
            position++;
        }

        return 0;
    }

    /// <summary>Fills free slots from the front of the queue. Safe to call at any time, any number of times.</summary>
    public async Task AdmitAsync(CancellationToken cancel = default)
    {
        await oneAtATime.WaitAsync(cancel);
        try
        {
            while (await AdmitNextAsync(cancel))
            {
            }
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Repairs what a crash left: slots of ended jobs, admitted jobs that were never started, instances that ended without closing their job.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        foreach (string id in (await ReadSlotsAsync(cancel)).Slots.Active)
        {
            if (await ledger.FindAsync(id, cancel) is { IsTerminal: false } job) await starter.EnsureRunningAsync(await MarkStartedAsync(job, cancel), cancel);
        }

        await foreach (CatalogRow row in PendingAsync(cancel))
        {
            bool abandoned = long.Parse(row.Key.Key.AsSpan(0, 19), CultureInfo.InvariantCulture) < ledger.UtcNow.AddMinutes(-1).Ticks;
            if (abandoned && await ledger.FindAsync(row.Read<string>(), cancel) is null) await catalog.DeleteAsync(row.Key, cancel);
        }

        await AdmitAsync(cancel);
    }

    static RowKey PendingKey(string queueKey) => new(Table, Pending, queueKey);

    public void Dispose() => oneAtATime.Dispose();

    async Task<bool> AdmitNextAsync(CancellationToken cancel)
    {
        (CatalogRow? row, Slots slots) = await ReadSlotsAsync(cancel);
        List<string> active = [];
        foreach (string id in slots.Active)
        {
            if (await ledger.FindAsync(id, cancel) is { IsTerminal: false }) active.Add(id);
        }

        Job? next = active.Count < options.MaxConcurrentJobs ? await FirstWaitingAsync(active, cancel) : null;
        if (next is not null) active.Add(next.JobId);
        if (active.SequenceEqual(slots.Active)) return false;
        if (!await WriteSlotsAsync(row, new(active), cancel)) return true;
        if (next is null) return true;
        await starter.EnsureRunningAsync(await MarkStartedAsync(next, cancel), cancel);
        await LeaveAsync(next, cancel);
        return true;
    }

    async Task<Job?> FirstWaitingAsync(List<string> active, CancellationToken cancel)
    {
        await foreach (CatalogRow row in PendingAsync(cancel))
        {
            Job? job = await ledger.FindAsync(row.Read<string>(), cancel);
            if (job is { IsTerminal: false } && !active.Contains(job.JobId)) return job;
            if (job is not null) await catalog.DeleteAsync(row.Key, cancel);
        }

        return null;
    }

    Task<Job> MarkStartedAsync(Job job, CancellationToken cancel) => ledger.UpdateAsync(
        job.JobId, "started",
        row => row.StartedAt is null ? row with { Status = JobStatus.Processing, StartedAt = ledger.UtcNow, StatusMessage = "Starting." } : row,
        cancel);

    async Task<(CatalogRow? Row, Slots Slots)> ReadSlotsAsync(CancellationToken cancel)
    {
        CatalogRow? row = await catalog.FindAsync(slotsKey, cancel);
        return (row, row?.Read<Slots>() ?? new Slots([]));
    }

    Task<bool> WriteSlotsAsync(CatalogRow? row, Slots slots, CancellationToken cancel) => row is null
        ? catalog.TryInsertAsync(slotsKey, Payload.Write(slots), cancel)
        : catalog.TryReplaceAsync(row, Payload.Write(slots), cancel);

    async IAsyncEnumerable<CatalogRow> PendingAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        string? after = null;
        while (true)
        {
            IReadOnlyList<CatalogRow> rows = await catalog.QueryAsync(Table, Pending, after, ScanRows, cancel);
            foreach (CatalogRow row in rows) yield return row;
            if (rows.Count < ScanRows) yield break;
            after = rows[^1].Key.Key;
        }
    }
}
