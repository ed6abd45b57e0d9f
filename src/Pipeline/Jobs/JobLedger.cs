using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Job rows and what is heard of them. Every change is compare-and-set; a terminal row never changes again.</summary>
public sealed class JobLedger(ICatalog catalog, IEventLog events, TimeProvider clock)
{
    const string Table = "jobs", RowName = "job";

    public DateTime UtcNow => clock.GetUtcNow().UtcDateTime;

    /// <returns>False if the id is taken.</returns>
    public async Task<bool> TryAddAsync(Job job, CancellationToken cancel = default)
    {
        if (!await catalog.TryInsertAsync(KeyOf(job.JobId), Payload.Write(job), cancel)) return false;
        await events.AppendAsync(job.JobId, "created", JobEvents.Created, Payload.Write(JobUpdate.Of(job, job.CreatedAt)), cancel);
        return true;
    }

    public async Task<Job?> FindAsync(string jobId, CancellationToken cancel = default) =>
        (await catalog.FindAsync(KeyOf(jobId), cancel))?.Read<Job>();

    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/></exception>
    public async Task<Job> GetAsync(string jobId, CancellationToken cancel = default) =>
        await FindAsync(JobIds.Check(jobId), cancel) ?? throw Missing(jobId);

    /// <summary>A job that this caller sees.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.JobNotFound"/>: also for a job of somebody else.</exception>
    public async Task<Job> GetAsync(string jobId, Caller caller, CancellationToken cancel = default) =>
        await FindAsync(JobIds.Check(jobId), cancel) is { } job && caller.Sees(job) ? job : throw Missing(jobId);

    /// <summary>Changes a row that is not terminal and says so once under <paramref name="eventKey"/>; the end is said under a key of its own.</summary>
    /// <returns>The row as it now stands; the old one if it was terminal or the change left it alone.</returns>
    public async Task<Job> UpdateAsync(string jobId, string eventKey, Func<Job, Job> change, CancellationToken cancel = default)
    {
        while (true)
        {
            CatalogRow row = await catalog.FindAsync(KeyOf(jobId), cancel)
                ?? throw Missing(jobId);
            Job before = row.Read<Job>();
            if (before.IsTerminal) return before;
            Job after = change(before);
            if (after == before) return before;
            after = after with { Progress = after.Status == JobStatus.Completed ? 100 : Math.Clamp(after.Progress, before.Progress, 99) };
            if (!await catalog.TryReplaceAsync(row, Payload.Write(after), cancel)) continue;
            await (after.IsTerminal ? AnnounceEndAsync(after, cancel) : AnnounceAsync(after, eventKey, cancel));
            return after;
        }
    }

    /// <summary>Notes in an ended job's row that its files are gone; the one change such a row still takes.</summary>
    public async Task MarkPurgedAsync(string jobId, CancellationToken cancel = default)
    {
        while (await catalog.FindAsync(KeyOf(jobId), cancel) is { } row && row.Read<Job>() is { IsTerminal: true, Purged: false } job)
        {
            if (await catalog.TryReplaceAsync(row, Payload.Write(job with { Purged = true }), cancel)) return;
        }
    }

    /// <summary>Says how a job ended, once, whoever ended it.</summary>
    public Task AnnounceEndAsync(Job job, CancellationToken cancel = default) => AnnounceAsync(job, "end", cancel);

    Task AnnounceAsync(Job job, string eventKey, CancellationToken cancel) =>
        events.AppendAsync(job.JobId, eventKey, JobEvents.TypeFor(job.Status), Payload.Write(JobUpdate.Of(job, UtcNow)), cancel);

    static PipelineException Missing(string jobId) => new(Problem.JobNotFound, $"There is no job {jobId}.");

    static RowKey KeyOf(string jobId) => new(Table, jobId, RowName);
}
