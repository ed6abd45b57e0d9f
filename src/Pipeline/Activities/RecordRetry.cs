using System.Globalization;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Name">Of this failure alone.</param>
/// <param name="Failures">Of this step, this one included.</param>
public sealed record RetryNote(string JobId, string Name, string Activity, int Failures, string Reason) : IJobInput;

/// <param name="Delay">Wait before the next attempt.</param>
public sealed record RetryVerdict(bool IsTriedAgain, TimeSpan Delay);

public sealed record Done;

/// <summary>Decides whether a step that failed is tried again, and if so gives the job's place to the next: it waits as if it were queued.</summary>
public sealed class RecordRetry(JobLedger ledger, JobQueue queue, PipelineOptions options) : IActivity<RetryNote, RetryVerdict>
{
    public static readonly Activity<RetryNote, RetryVerdict> Definition =
        Activity<RetryNote, RetryVerdict>.Of<RecordRetry>(version: 2, Lane.Io, JobStep.Queued, Retry.Bookkeeping);

    public async Task<RetryVerdict> RunAsync(RetryNote note, ActivityContext context)
    {
        var verdict = new RetryVerdict(note.Failures <= options.MaxRetries, options.RetryDelayAfter(note.Failures));
        // A step may start before its job's row can be seen; there is no place to give up then.
        if (!verdict.IsTriedAgain || await ledger.FindAsync(note.JobId, context.Stopping) is null) return verdict;
        Job job = await ledger.UpdateAsync(note.JobId, $"retry:{note.Name}", row => Rest(row, note, verdict.Delay), context.Stopping);
        if (job.IsTerminal || job.CancelRequested) throw new JobCancelledException();
        if (job.Status == JobStatus.Pending) await queue.EnterAsync(job, context.Stopping);
        await queue.AdmitAsync(context.Stopping);
        return verdict;
    }

    static Job Rest(Job job, RetryNote note, TimeSpan delay) => job.CancelRequested || job.Retries.Contains(note.Name) ? job : job with
    {
        Status = JobStatus.Pending,
        CurrentStep = JobStep.Queued,
        Turn = job.Status == JobStatus.Pending ? job.Turn : job.Turn + 1,
        Retries = [.. job.Retries, note.Name],
        StatusMessage = string.Create(CultureInfo.InvariantCulture, $"{note.Activity} failed ({note.Reason}); it will be tried again in {delay.TotalSeconds:0.###} s."),
    };
}
