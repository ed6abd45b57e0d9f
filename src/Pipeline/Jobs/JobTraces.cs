using System.Globalization;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Something kept about a job that goes some days after its end, as its history does.</summary>
public interface IJobResidue
{
    /// <summary>Safe to call again.</summary>
    Task ForgetAsync(Job job, CancellationToken cancel = default);
}

/// <summary>Removes what ended jobs leave behind after <see cref="PipelineOptions.KeepTracesDays"/>: their events, their orchestration's history, a failed one's scratch, and whatever others kept. The job itself stays.</summary>
public sealed class JobTraces(
    ICatalog catalog, IEventLog events, JobLedger ledger, JobFiles files, IOrchestrationClient client, IEnumerable<IJobResidue> residues, PipelineOptions options) : ISweep
{
    const int PageRows = 100;

    public async Task SweepAsync(CancellationToken cancel = default)
    {
        DateTime cutoff = ledger.UtcNow.AddDays(-options.KeepTracesDays);
        await foreach (CatalogRow row in JobMarks.ListAsync(catalog, JobMarks.Aging, PageRows, cancel))
        {
            if (long.Parse(row.Key.Key.AsSpan(0, 19), CultureInfo.InvariantCulture) > cutoff.Ticks) return;
            if (await ledger.FindAsync(row.Read<string>(), cancel) is { IsTerminal: true } job) await ForgetAsync(job, cancel);
            await catalog.DeleteAsync(row.Key, cancel);
        }
    }

    async Task ForgetAsync(Job job, CancellationToken cancel)
    {
        foreach (IJobResidue residue in residues) await residue.ForgetAsync(job, cancel);
        await files.DeleteScratchAsync(job, cancel);
        // One that still runs after days serves a job that is over.
        await client.TerminateAsync(job.JobId, "The job is over.", cancel);
        await client.PurgeAsync(job.JobId, cancel);
        await events.DeleteAsync(job.JobId, cancel);
    }
}
