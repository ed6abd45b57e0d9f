using System.Collections.Concurrent;
using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>What a running activity tells its job and hears from it.</summary>
public sealed class JobMonitor(JobLedger ledger, TimeProvider clock)
{
    /// <summary>Updates a second that a caller can use; more only costs writes.</summary>
    static readonly TimeSpan quietTime = TimeSpan.FromMilliseconds(500);
    readonly ConcurrentDictionary<string, long> lastReports = new();

    /// <summary>Share of the whole job, in percent, at which each step begins.</summary>
    static int BeginsAt(JobKind kind, JobStep step) => step switch
    {
        JobStep.Saving when kind == JobKind.Export => 0,
        JobStep.Measuring when kind is JobKind.Export => 97,
        JobStep.Measuring when kind is JobKind.Analysis => 0,
        JobStep.Queued or JobStep.LoadingModel => 0,
        JobStep.EncodingPrompt => 1,
        JobStep.Generating => 2,
        JobStep.Saving => 80,
        JobStep.Measuring => 90,
        JobStep.Publishing => 97,
        _ => 99,
    };

    /// <summary>Enters a step: always reported.</summary>
    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    /// <exception cref="NoPlaceException">The job waits in the queue; nothing of it may begin now.</exception>
    public async Task EnterAsync(string jobId, JobStep step, string message, CancellationToken stopping)
    {
        // A store may show the row a little later than the work that it is about.
        if (await ledger.FindAsync(jobId, stopping) is not { } job) throw new InvalidOperationException($"The catalog does not show job {jobId} yet.");
        if (job.Status == JobStatus.Pending) throw new NoPlaceException();
        await ReportAsync(jobId, step, 0, message, $"{step}", stopping);
    }

    /// <summary>Reports how much of a step is done, at most twice a second, and looks whether the job is still wanted as often.</summary>
    /// <param name="fraction">0 to 1 of this step.</param>
    /// <param name="block">Finished blocks of work: with the step, the event's identity.</param>
    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    public Task AdvanceAsync(string jobId, JobStep step, double fraction, string message, long block, CancellationToken stopping)
    {
        bool quiet = lastReports.TryGetValue(jobId, out long last) && clock.GetElapsedTime(last) < quietTime;
        return quiet ? Task.CompletedTask : ReportAsync(jobId, step, fraction, message, $"{step}:{block}", stopping);
    }

    /// <summary>Lets go of what is kept for a job that has ended.</summary>
    public void Forget(string jobId) => lastReports.TryRemove(jobId, out _);

    static int ProgressOf(JobKind kind, JobStep step, double fraction)
    {
        int from = BeginsAt(kind, step), to = BeginsAt(kind, step + 1);
        return from + (int)((to - from) * Math.Clamp(fraction, 0, 1));
    }

    // While one step waits for a retry the job counts as queued, though another of its steps may still be at work.
    static Job Advance(Job row, JobStatus status, JobStep step, int progress, string message) => row.Status == JobStatus.Pending
        ? row with { Progress = Math.Max(progress, row.Progress) }
        : row with { Status = status, CurrentStep = step, Machine = step == JobStep.Generating ? Estimates.Here : row.Machine, Progress = Math.Max(progress, row.Progress), StatusMessage = message };

    async Task ReportAsync(string jobId, JobStep step, double fraction, string message, string eventKey, CancellationToken stopping)
    {
        lastReports[jobId] = clock.GetTimestamp();
        JobStatus status = step is JobStep.Publishing or JobStep.Comparing ? JobStatus.Finalizing : JobStatus.Processing;
        Job job = await ledger.UpdateAsync(
            jobId, eventKey,
            row => row.CancelRequested ? row : Advance(row, status, step, ProgressOf(row.Kind, step, fraction), message),
            stopping);
        if (!job.IsTerminal && !job.CancelRequested) return;
        Forget(jobId);
        throw new JobCancelledException();
    }
}
