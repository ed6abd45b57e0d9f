using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Takes over the lists of earlier versions, one partition a month, so that their jobs are listed, counted and grow old as all others. Costs one query where there are none.</summary>
public sealed class EarlierLists(ICatalog catalog, JobLedger ledger, JobSummaries summaries) : ISweep
{
    const string Months = "months";
    const int PageRows = 500;

    public async Task SweepAsync(CancellationToken cancel = default)
    {
        while (await catalog.QueryAsync(JobSummaries.Table, Months, null, 1, cancel) is [CatalogRow month])
        {
            await TakeOverAsync(month.Read<string>(), cancel);
            await catalog.DeleteAsync(month.Key, cancel);
        }
    }

    async Task TakeOverAsync(string month, CancellationToken cancel)
    {
        while (await catalog.QueryAsync(JobSummaries.Table, month, null, PageRows, cancel) is { Count: > 0 } rows)
        {
            foreach (CatalogRow row in rows)
            {
                if (await ledger.FindAsync(row.Read<string>(), cancel) is { } job) await TakeOverAsync(job, cancel);
                await catalog.DeleteAsync(row.Key, cancel);
            }
        }
    }

    async Task TakeOverAsync(Job job, CancellationToken cancel)
    {
        await summaries.EnterAsync(job, cancel);
        // As that version had settled it, there is nothing left to do but to let it grow old.
        if (job is { IsTerminal: true, CompletedAt: not null }) await catalog.TryInsertAsync(JobMarks.AgingKey(job), Payload.Write(job.JobId), cancel);
    }
}
