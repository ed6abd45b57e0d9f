using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record RetryNote(string JobId, string Activity, int Attempt, string Reason) : IJobInput;

public sealed record Done;

/// <summary>Notes that a step failed and will be tried again; the job waits as if it were queued.</summary>
public sealed class RecordRetry(JobLedger ledger) : IActivity<RetryNote, Done>
{
    public static readonly Activity<RetryNote, Done> Definition =
        Activity<RetryNote, Done>.Of<RecordRetry>(version: 1, Lane.Io, JobStep.Queued, Retry.None);

    public async Task<Done> RunAsync(RetryNote note, ActivityContext context)
    {
        string retry = $"{note.Activity}/{note.Attempt}";
        await ledger.UpdateAsync(
            note.JobId, $"retry:{retry}",
            job => job.Retries.Contains(retry) ? job : job with
            {
                Status = JobStatus.Pending,
                CurrentStep = JobStep.Queued,
                Retries = [.. job.Retries, retry],
                StatusMessage = $"{note.Activity} failed ({note.Reason}); it will be tried again.",
            },
            context.Stopping);
        return new();
    }
}
