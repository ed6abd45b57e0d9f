using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Looks after jobs that nobody else can: those that stand still, and those whose orchestration is gone. A job that waits its turn does neither.</summary>
public sealed class JobCare(
    OpenJobs open, JobLedger ledger, JobQueue queue, JobStarter starter, JobSettlement settlement, JobMonitor monitor, IOrchestrationClient client, PipelineOptions options, BatchParents batches, GpuRescue rescue) : ISweep
{
    public async Task SweepAsync(CancellationToken cancel = default)
    {
        await foreach (string owner in open.OwnersAsync(cancel))
        {
            await foreach (OpenJob entry in open.ListAsync(owner, cancel))
            {
                Job? job = await ledger.FindAsync(entry.JobId, cancel);
                // A batch has no orchestration, and stands still as long as its jobs wait.
                if (job is { IsTerminal: false, Kind: JobKind.SeparationBatch }) await SettleBatchAsync(job.JobId, cancel);
                else if (job is { IsTerminal: false, StartedAt: not null }) await LookAfterAsync(job, cancel);
            }
        }

        await queue.AdmitAsync(cancel);
    }

    async Task SettleBatchAsync(string id, CancellationToken cancel)
    {
        if (await batches.SettleAsync(id, cancel) is { IsTerminal: true } ended) await settlement.SettleAsync(ended, cancel);
    }

    async Task LookAfterAsync(Job job, CancellationToken cancel)
    {
        if (job.Status == JobStatus.Pending) await RestAsync(job, cancel);
        else if (IsStuck(job)) await EndStuckAsync(job, cancel);
        else if (!await rescue.TryAsync(job, cancel)) await starter.EnsureRunningAsync(job, cancel);
    }

    /// <summary>A job that gave up its place: its orchestration has to be there to want one again, and its entry in the queue.</summary>
    async Task RestAsync(Job job, CancellationToken cancel)
    {
        if (await client.FindAsync(job.JobId, cancel) is not null) await starter.EnsureRunningAsync(job, cancel);
        // It is gone without a trace: with a place it begins again.
        else if (!job.WantsPlace) job = await ledger.UpdateAsync(job.JobId, null, row => row.Turn == job.Turn ? row with { Waiting = [.. row.Waiting, new(row.JobId, "lost")] } : row, cancel);
        if (await ledger.FindAsync(job.JobId, cancel) is { Status: JobStatus.Pending } waiting && waiting.Turn == job.Turn) await queue.EnterAsync(waiting, cancel);
    }

    bool IsStuck(Job job) => job is { IsTerminal: false } && job.Status != JobStatus.Pending && LastChange(job) < ledger.UtcNow.AddHours(-options.StuckAfterHours);

    static DateTime LastChange(Job job) => job.UpdatedAt ?? job.StartedAt ?? job.CreatedAt;

    async Task EndStuckAsync(Job job, CancellationToken cancel)
    {
        string message = string.Create(
            CultureInfo.InvariantCulture, $"The job has stood still at {job.Progress} % since {LastChange(job):u}; after {options.StuckAfterHours:0.##} hours it is given up.");
        Job ended = await ledger.UpdateAsync(
            job.JobId, "end",
            row => !IsStuck(row) ? row : row.CancelRequested ? CloseJob.Cancel(row, ledger.UtcNow) : CloseJob.Fail(row, ledger.UtcNow, Problem.JobStuck.Code, message),
            cancel);
        if (!ended.IsTerminal) return;
        // The row first: it decides who is right if the job moves after all. What the orchestration's steps still do finds the job over.
        await client.TerminateAsync(job.JobId, message, cancel);
        monitor.Forget(job.JobId);
        await settlement.SettleAsync(ended, cancel);
    }
}
