using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Job rows and what is heard of them. Every change is compare-and-set; a terminal row never changes again.</summary>
public sealed class JobLedger(ICatalog catalog, IEventLog events, JobSummaries summaries, TimeProvider clock)
{
    const string Table = "jobs", RowName = "job";
    readonly JobAnnouncer announcer = new(catalog, events, clock);

    public DateTime UtcNow => clock.GetUtcNow().UtcDateTime;

    /// <returns>False if the id is taken.</returns>
    public async Task<bool> TryAddAsync(Job job, CancellationToken cancel = default)
    {
        await announcer.ExpectAsync(job, cancel);
        if (job.IsTerminal) await catalog.TryInsertAsync(JobMarks.EndedKey(job.JobId), Payload.Write(job.JobId), cancel);
        if (!await catalog.TryInsertAsync(KeyOf(job.JobId), Payload.Write(job), cancel)) return false;
        await announcer.AnnounceAsync(null, job, "created", cancel);
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
    /// <param name="eventKey">Null for what callers need not hear.</param>
    /// <returns>The row as it now stands; the old one if it was terminal or the change left it alone.</returns>
    public async Task<Job> UpdateAsync(string jobId, string? eventKey, Func<Job, Job> change, CancellationToken cancel = default)
    {
        while (true)
        {
            CatalogRow row = await catalog.FindAsync(KeyOf(jobId), cancel)
                ?? throw Missing(jobId);
            Job before = row.Read<Job>();
            if (before.IsTerminal) return await ListedAsync(before, cancel);
            Job after = change(before);
            if (after == before) return before;
            if (after.IsTerminal) await catalog.TryInsertAsync(JobMarks.EndedKey(jobId), Payload.Write(jobId), cancel);
            after = after with { Progress = after.Status == JobStatus.Completed ? 100 : Math.Clamp(after.Progress, before.Progress, 99) };
            after = after with { Revision = before.Revision + 1, UpdatedAt = UtcNow };
            if (!await catalog.TryReplaceAsync(row, Payload.Write(after), cancel)) continue;
            if (!JobSummary.Of(after).Agrees(JobSummary.Of(before))) await ListedAsync(after, cancel);
            if (after.IsTerminal) await AnnounceEndAsync(after, cancel);
            else if (eventKey is not null) await announcer.AnnounceAsync(before, after, eventKey, cancel);
            return after;
        }
    }

    /// <summary>Notes in an ended job's row that its files are gone.</summary>
    public Task MarkPurgedAsync(string jobId, CancellationToken cancel = default) => AmendAsync(jobId, job => job with { Purged = true }, cancel);

    /// <summary>Puts an ended job out of its owner's sight.</summary>
    public Task DismissAsync(string jobId, CancellationToken cancel = default) => AmendAsync(jobId, job => job with { Dismissed = true }, cancel);

    /// <summary>Changes an ended job's row in what does not touch how it ended. A job that is gone or has not ended stays as it is.</summary>
    internal async Task AmendAsync(string jobId, Func<Job, Job> change, CancellationToken cancel = default)
    {
        while (await catalog.FindAsync(KeyOf(jobId), cancel) is { } row && row.Read<Job>() is { IsTerminal: true } job)
        {
            Job amended = change(job);
            if (amended == job) return;
            amended = amended with { Status = job.Status, Revision = job.Revision + 1 };
            if (!await catalog.TryReplaceAsync(row, Payload.Write(amended), cancel)) continue;
            await ListedAsync(amended, cancel);
            return;
        }
    }

    /// <summary>Forgets a job: what was heard of it, its row, then its place in the lists, so that what a crash leaves can be found.</summary>
    public async Task RemoveAsync(Job job, CancellationToken cancel = default)
    {
        await events.DeleteAsync(job.JobId, cancel);
        await catalog.DeleteAsync(KeyOf(job.JobId), cancel);
        await summaries.RemoveAsync(JobSummary.Of(job), cancel);
    }

    /// <summary>Says how a job ended, once, whoever ended it.</summary>
    public Task AnnounceEndAsync(Job job, CancellationToken cancel = default) => announcer.AnnounceAsync(null, job, "end", cancel);

    /// <summary>Brings the lists up to a row before anybody is told of it.</summary>
    async Task<Job> ListedAsync(Job job, CancellationToken cancel)
    {
        await summaries.SyncAsync(job, cancel);
        return job;
    }

    static PipelineException Missing(string jobId) => new(Problem.JobNotFound, $"There is no job {jobId}.");

    static RowKey KeyOf(string jobId) => new(Table, jobId, RowName);
}
