namespace DgxMusic.Pipeline.Jobs;

/// <summary>Counts of all jobs the catalog knows.</summary>
/// <param name="OldestPendingJobAgeSeconds">Null when none waits.</param>
/// <param name="AverageProcessingTimeSeconds">Mean of the last hundred completed jobs; null before the first.</param>
public sealed record QueueReport(
    int PendingJobs, int ProcessingJobs, int CompletedJobs, int FailedJobs, int CancelledJobs,
    double? OldestPendingJobAgeSeconds, double? AverageProcessingTimeSeconds);

public sealed class QueueStatistics(JobIndex index, JobLedger ledger)
{
    const int AveragedJobs = 100;

    public async Task<QueueReport> ReadAsync(CancellationToken cancel = default)
    {
        var counts = new Dictionary<JobStatus, int>();
        List<double> times = [];
        DateTime? oldest = null;
        await foreach (Job job in index.ListAsync(cancel))
        {
            counts[job.Status] = counts.GetValueOrDefault(job.Status) + 1;
            if (job.Status == JobStatus.Pending) oldest = job.CreatedAt;
            if (job is { Status: JobStatus.Completed, StartedAt: { } from, CompletedAt: { } to } && times.Count < AveragedJobs) times.Add((to - from).TotalSeconds);
        }

        return new(
            counts.GetValueOrDefault(JobStatus.Pending), counts.GetValueOrDefault(JobStatus.Processing) + counts.GetValueOrDefault(JobStatus.Finalizing),
            counts.GetValueOrDefault(JobStatus.Completed), counts.GetValueOrDefault(JobStatus.Failed), counts.GetValueOrDefault(JobStatus.Cancelled),
            oldest is { } since ? (ledger.UtcNow - since).TotalSeconds : null, times.Count == 0 ? null : times.Average());
    }
}
