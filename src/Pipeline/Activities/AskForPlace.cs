using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record PlaceWish(string JobId, PlaceTicket Ticket) : IJobInput;

/// <summary>Asks that a job that gave up its place gets one again, in its old order. True if whoever asks has to wait for its ticket's event.</summary>
public sealed class AskForPlace(JobLedger ledger, JobQueue queue) : IActivity<PlaceWish, bool>
{
    public static readonly Activity<PlaceWish, bool> Definition =
        Activity<PlaceWish, bool>.Of<AskForPlace>(version: 1, Lane.Io, JobStep.Queued, Retry.Bookkeeping);

    /// <exception cref="JobCancelledException">The job is over, or about to be.</exception>
    public async Task<bool> RunAsync(PlaceWish wish, ActivityContext context)
    {
        if (await ledger.FindAsync(wish.JobId, context.Stopping) is null) return false;
        Job job = await ledger.UpdateAsync(
            wish.JobId, null,
            row => row.Status != JobStatus.Pending || row.Waiting.Contains(wish.Ticket) ? row : row with { Waiting = [.. row.Waiting, wish.Ticket], StatusMessage = "Waiting for a free place." },
            context.Stopping);
        if (job.IsTerminal || job.CancelRequested) throw new JobCancelledException();
        if (job.Status != JobStatus.Pending) return false;
        await queue.EnterAsync(job, context.Stopping);
        await queue.AdmitAsync(context.Stopping);
        return true;
    }
}
