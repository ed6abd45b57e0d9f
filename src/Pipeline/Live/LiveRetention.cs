using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Live;

/// <summary>Removes the audio of sessions that ended some time ago, and what a crash left of those that never began.</summary>
public sealed class LiveRetention(LiveStore sessions, JobLedger ledger, JobFiles files, IOptions<LiveOptions> options) : ISweep, IJobResidue
{
    /// <summary>Between the note of a session and its job's row.</summary>
    static readonly TimeSpan longestOpening = TimeSpan.FromMinutes(10);

    public async Task SweepAsync(CancellationToken cancel = default)
    {
        await foreach (LiveStore.Entry entry in sessions.ListAsync(cancel))
        {
            if (await ledger.FindAsync(entry.JobId, cancel) is not { } job)
            {
                if (entry.Since + longestOpening < ledger.UtcNow) await sessions.ForgetAsync(entry.JobId, cancel);
            }
            else if (job.Kind != JobKind.LiveSeparation)
            {
                // Its id was drawn for a session and was taken.
                await sessions.ForgetAsync(entry.JobId, cancel);
            }
            else if (job.IsTerminal && (job.Status != JobStatus.Completed || ExpiryOf(job) <= ledger.UtcNow))
            {
                await ExpireAsync(job, cancel);
            }
        }
    }

    /// <summary>When the audio of a session that has ended goes.</summary>
    public DateTime ExpiryOf(Job job) => job.CompletedAt!.Value.AddMinutes(options.Value.KeepMinutes);

    /// <summary>Removes the audio of a session that has ended; its job stays. Safe to call again.</summary>
    public async Task ExpireAsync(Job job, CancellationToken cancel = default)
    {
        // First the row says that it is gone, so that nobody is promised what is going.
        await ledger.MarkPurgedAsync(job.JobId, cancel);
        await files.DeleteScratchAsync(job, cancel);
        await sessions.ForgetAsync(job.JobId, cancel);
    }

    public Task ForgetAsync(Job job, CancellationToken cancel = default) => job.Kind == JobKind.LiveSeparation ? sessions.ForgetAsync(job.JobId, cancel) : Task.CompletedTask;
}
