using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>
/// Does what follows from a job's end, whoever ended it: says so, wakes what waits in vain, tidies its files, learns from it. A mark written before the end
/// stays until all of it is done, so that no crash leaves half; each part done twice is done once.
/// </summary>
public sealed class JobSettlement(ICatalog catalog, JobLedger ledger, JobQueue queue, JobFiles files, JobTimes times, Estimates estimates, Quotas quotas, WebhookStarter webhooks, BatchParents batches) : ISweep
{
    const int PageRows = 100;

    public async Task SettleAsync(Job job, CancellationToken cancel = default)
    {
        if (!job.IsTerminal) return;
        await ledger.AnnounceEndAsync(job, cancel);
        await queue.LeaveAsync(job, cancel);
        await files.TidyAsync(job, cancel);
        await times.NoteAsync(job, cancel);
        await estimates.LearnAsync(job, cancel);
        await quotas.SettleAsync(job, cancel);
        await webhooks.EnsureStartedAsync(job, cancel);
        if (job.Kind == JobKind.SeparationBatch) await batches.SettleAsync(job.JobId, cancel);
        if (job.ParentId is { } parent) await SettleParentAsync(job, parent, cancel);
        await catalog.TryInsertAsync(JobMarks.AgingKey(job), Payload.Write(job.JobId), cancel);
        await catalog.DeleteAsync(JobMarks.EndedKey(job.JobId), cancel);
    }

    async Task SettleParentAsync(Job job, string parent, CancellationToken cancel)
    {
        await BatchParents.TellAsync(ledger, job, cancel);
        if (await batches.SettleAsync(parent, cancel) is { IsTerminal: true } ended) await SettleAsync(ended, cancel);
    }

    /// <summary>Settles what has ended and was left.</summary>
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        await foreach (CatalogRow row in JobMarks.ListAsync(catalog, JobMarks.Ended, PageRows, cancel))
        {
            // An update of an ended job changes nothing but the lists, where they were left behind.
            if (await ledger.FindAsync(row.Key.Key, cancel) is { } job) await SettleAsync(job.IsTerminal ? await ledger.UpdateAsync(job.JobId, null, ended => ended, cancel) : job, cancel);
            else await catalog.DeleteAsync(row.Key, cancel);
        }
    }
}
