using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Counts of all jobs the catalog knows.</summary>
/// <param name="OldestPendingJobAgeSeconds">Null when none waits.</param>
/// <param name="AverageProcessingTimeSeconds">Mean of the last hundred completed jobs; null before the first.</param>
public sealed record QueueReport(
    int PendingJobs, int ProcessingJobs, int CompletedJobs, int FailedJobs, int CancelledJobs,
    double? OldestPendingJobAgeSeconds, double? AverageProcessingTimeSeconds);

/// <summary>Reads the counts from where they are kept: what it costs does not grow with every job there ever was.</summary>
public sealed class QueueStatistics(JobIndex index, JobQueue queue, JobTimes times, JobLedger ledger)
{
    public async Task<QueueReport> ReadAsync(CancellationToken cancel = default)
    {
        // A batch waits and runs in its jobs.
        JobCount[] counts = [.. (await index.CountAsync(Caller.Owner, cancel)).Where(count => count.Kind != JobKind.SeparationBatch)];
        int Of(JobStatus status) => new JobFilter(Status: status).CountIn(counts);
        DateTime? oldest = await OldestAsync(cancel);
        return new(
            Of(JobStatus.Pending), Of(JobStatus.Processing) + Of(JobStatus.Finalizing), Of(JobStatus.Completed), Of(JobStatus.Failed), Of(JobStatus.Cancelled),
            oldest is { } since ? (ledger.UtcNow - since).TotalSeconds : null, await times.AverageAsync(cancel));
    }

    /// <summary>When the job was accepted that has waited longest: it is the first of one of the classes.</summary>
    async Task<DateTime?> OldestAsync(CancellationToken cancel)
    {
        DateTime? oldest = null;
        foreach (JobPriority priority in Enum.GetValues<JobPriority>())
        {
            await foreach (CatalogRow row in queue.PendingAsync(priority, cancel))
            {
                if (await ledger.FindAsync(row.Read<string>(), cancel) is not { Status: JobStatus.Pending } job) continue;
                if (oldest is null || job.CreatedAt < oldest) oldest = job.CreatedAt;
                break;
            }
        }

        return oldest;
    }
}
