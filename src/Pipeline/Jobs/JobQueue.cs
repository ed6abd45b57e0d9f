using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Admission by priority and order of acceptance. One row holds who has a place, so that two instances never admit past the limit.</summary>
public sealed class JobQueue(ICatalog catalog, JobLedger ledger, JobStarter starter, JobSummaries summaries, PipelineOptions options) : ISweep, IDisposable
{
    const string Pending = "pending";
    const int FirstRows = 16, ScanRows = 1000;
    static readonly RowKey placesKey = new(JobMarks.Table, "slots", "slots");
    readonly SemaphoreSlim oneAtATime = new(1, 1);

    /// <param name="Active">Names of places, <see cref="PlaceOf"/>.</param>
    sealed record Places(IReadOnlyList<string> Active);

    /// <summary>Where a job stands: by class, then by time.</summary>
    public static string KeyFor(JobPriority priority, DateTime acceptedAt, string jobId) =>
        $"{ClassOf(priority)}-{JobMarks.Sortable(acceptedAt)}-{jobId}";

    /// <summary>Notes the wish to run before the job row is written: a crash in between leaves an entry that the sweep removes, never a lost job.</summary>
    public Task EnterAsync(string queueKey, string jobId, CancellationToken cancel = default) =>
        catalog.TryInsertAsync(new(JobMarks.Table, Pending, queueKey), Payload.Write(jobId), cancel);

    /// <summary>Notes the wish of a job that gave up its place to have one again: it stands where it stood.</summary>
    public Task EnterAsync(Job job, CancellationToken cancel = default) => catalog.TryInsertAsync(PendingKey(job), Payload.Write(job.JobId), cancel);

    /// <summary>Gives up the wish to run, and tells the steps of an ended job that wait in vain.</summary>
    public async Task LeaveAsync(Job job, CancellationToken cancel = default)
    {
        if (job.IsTerminal) await starter.WakeAsync(job, cancel);
        await catalog.DeleteAsync(PendingKey(job), cancel);
    }

    /// <summary>0 while it runs, 1 for the next, null when it is over. A job between a failure and its retry keeps its position.</summary>
    public async Task<int?> PositionAsync(Job job, CancellationToken cancel = default)
    {
        if (job.IsTerminal) return null;
        if (job.Status != JobStatus.Pending) return 0;
        int position = 1;
        await foreach (CatalogRow row in PendingAsync(ScanRows, cancel))
        {
            if (string.CompareOrdinal(row.Key.Key, job.QueueKey) >= 0) break;
            position++;
        }

        return position;
    }

    /// <summary>Fills free places from the front of the queue. Safe to call at any time, any number of times, by any instance.</summary>
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

    /// <summary>Repairs what a crash left: jobs with a place that were never started or told, instances that ended without closing their job, entries of jobs that do not wait.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        (_, Places places) = await ReadPlacesAsync(cancel);
        List<Job> holders = await HoldersAsync(places, cancel);
        foreach (Job job in holders) await StartAsync(job, cancel);
        await foreach (CatalogRow row in PendingAsync(ScanRows, cancel)) await CheckAsync(row, holders, cancel);
        await AdmitAsync(cancel);
    }

    public void Dispose() => oneAtATime.Dispose();

    /// <summary>Jobs that have a place and are not over.</summary>
    public async Task<IReadOnlyList<Job>> HoldersAsync(CancellationToken cancel = default) => await HoldersAsync((await ReadPlacesAsync(cancel)).Places, cancel);

    /// <summary>Entries of a class and those below it, the oldest of the class first.</summary>
    internal IAsyncEnumerable<CatalogRow> PendingAsync(JobPriority priority, CancellationToken cancel = default) =>
        JobMarks.ListAsync(catalog, Pending, FirstRows, cancel, after: $"{ClassOf(priority)}-");

    internal static RowKey PendingKey(Job job) => new(JobMarks.Table, Pending, job.Turn == 0 ? job.QueueKey : $"{job.QueueKey}.{job.Turn}");

    /// <summary>When the job of an entry was accepted.</summary>
    internal static DateTime AcceptedAt(string queueKey) =>
        new(long.Parse(queueKey.Split('-').First(part => part.Length == 19), CultureInfo.InvariantCulture), DateTimeKind.Utc);

    static int ClassOf(JobPriority priority) => (int)JobPriority.High - (int)priority;

    IAsyncEnumerable<CatalogRow> PendingAsync(int page, CancellationToken cancel) => JobMarks.ListAsync(catalog, Pending, page, cancel);

    /// <summary>A place belongs to a job until it gives it up: the same job's next place has another name.</summary>
    static string PlaceOf(Job job) => job.Turn == 0 ? job.JobId : $"{job.JobId}.{job.Turn}";

    async Task<List<Job>> HoldersAsync(Places places, CancellationToken cancel)
    {
        List<Job> holders = [];
        foreach (string place in places.Active)
        {
            if (await ledger.FindAsync(place.Split('.')[0], cancel) is { IsTerminal: false } job && PlaceOf(job) == place) holders.Add(job);
        }

        return holders;
    }

    async Task<bool> AdmitNextAsync(CancellationToken cancel)
    {
        (CatalogRow? row, Places places) = await ReadPlacesAsync(cancel);
        List<Job> holders = await HoldersAsync(places, cancel);
        Job? next = holders.Count < options.MaxConcurrentJobs ? await FirstWaitingAsync(holders, cancel) : null;
        List<string> active = [.. holders.Select(PlaceOf)];
        if (next is not null) active.Add(PlaceOf(next));
        if (active.SequenceEqual(places.Active)) return false;
        bool written = await catalog.TryPutAsync(row, placesKey, Payload.Write(new Places(active)), cancel);
        if (written && next is not null) await StartAsync(next, cancel);
        return true;
    }

    async Task<Job?> FirstWaitingAsync(List<Job> holders, CancellationToken cancel)
    {
        await foreach (CatalogRow row in PendingAsync(FirstRows, cancel))
        {
            if (await CheckAsync(row, holders, cancel) is { WantsPlace: true } job && await IsReadyAsync(job, cancel)) return job;
        }

        return null;
    }

    /// <summary>Whether all that a job comes after has completed. One that waits for what will never be is ended here, and settled as every ended job is.</summary>
    async Task<bool> IsReadyAsync(Job job, CancellationToken cancel)
    {
        // Once it has begun they had completed, and may be removed.
        if (job.StartedAt is not null) return true;
        foreach (string id in job.After)
        {
            Job? before = await ledger.FindAsync(id, cancel);
            if (before is { Status: JobStatus.Completed }) continue;
            if (before is { IsTerminal: false }) return false;
            string what = before is null ? "was removed" : $"is {before.Status.ToString().ToLowerInvariant()}";
            await ledger.UpdateAsync(
                job.JobId, "end", row => CloseJob.Fail(row, ledger.UtcNow, Problem.DependencyFailed.Code, $"Job {id}, which this one was to come after, {what}."), cancel);
            return false;
        }

        return true;
    }

    /// <summary>Removes an entry that is none any more.</summary>
    /// <returns>Its job, unless it was removed or there is no such job yet.</returns>
    async Task<Job?> CheckAsync(CatalogRow row, List<Job> holders, CancellationToken cancel)
    {
        if (await ledger.FindAsync(row.Read<string>(), cancel) is not { } job)
        {
            DateTime acceptedAt = AcceptedAt(row.Key.Key);
            // Written before the job's row: it may be about to come.
            if (acceptedAt > ledger.UtcNow.AddMinutes(-1)) return null;
            await summaries.RemoveAsync(acceptedAt, row.Read<string>(), cancel);
            await catalog.DeleteAsync(row.Key, cancel);
            return null;
        }

        bool stale = PendingKey(job) != row.Key || holders.Any(holder => PlaceOf(holder) == PlaceOf(job));
        if (!stale && !job.IsTerminal) return job;
        if (stale) await catalog.DeleteAsync(row.Key, cancel);
        else await LeaveAsync(job, cancel);
        return null;
    }

    async Task StartAsync(Job job, CancellationToken cancel)
    {
        Job started = await ledger.UpdateAsync(
            job.JobId, job.Turn == 0 ? "started" : $"started:{job.Turn}",
            row => row.Status != JobStatus.Pending || row.Turn != job.Turn ? row : row with
            {
                Status = JobStatus.Processing, StartedAt = row.StartedAt ?? ledger.UtcNow, StatusMessage = row.StartedAt is null ? "Starting." : "Trying again.",
            },
            cancel);
        await (started.IsTerminal ? starter.WakeAsync(started, cancel) : starter.EnsureRunningAsync(started, cancel));
        await catalog.DeleteAsync(PendingKey(job), cancel);
    }

    async Task<(CatalogRow? Row, Places Places)> ReadPlacesAsync(CancellationToken cancel)
    {
        CatalogRow? row = await catalog.FindAsync(placesKey, cancel);
        return (row, row?.Read<Places>() ?? new Places([]));
    }
}
