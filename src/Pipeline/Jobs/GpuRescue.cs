using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Takes jobs back from GPU workers that are gone: what they were handed, nobody would ever do, and an orchestration cannot let go of it.</summary>
public sealed class GpuRescue(GpuFinder gpus, JobLedger ledger, JobStarter starter, IOrchestrationClient client)
{
    const string Told = "The GPU worker is gone; the job goes on from what is done.";

    /// <summary>Ends the orchestration of a job whose workers have been silent for too long, and starts it again from its input: what was done it finds.</summary>
    /// <returns>False: the job needs none of that.</returns>
    public async Task<bool> TryAsync(Job job, CancellationToken cancel = default)
    {
        if (job.IsTerminal) return false;
        if (job.IsRestarting) return await RestartAsync(job, cancel);
        if (!await IsLostAsync(job, cancel)) return false;
        Job marked = await ledger.UpdateAsync(
            job.JobId, $"restart:{job.Revision}", row => row.IsTerminal || row.Revision != job.Revision ? row : row with { IsRestarting = true, StatusMessage = Told }, cancel);
        if (!marked.IsRestarting) return false;
        await client.TerminateAsync(job.JobId, Told, cancel);
        return true;
    }

    /// <summary>Only where everything stands still: a worker that moves a job is no worker that is gone.</summary>
    async Task<bool> IsLostAsync(Job job, CancellationToken cancel)
    {
        if (!job.OnGpuWorker || job.CurrentStep is not (JobStep.LoadingModel or JobStep.Decoding or JobStep.Separating)) return false;
        DateTime lastChange = job.UpdatedAt ?? job.StartedAt ?? job.CreatedAt;
        return await gpus.SilentSinceAsync(lastChange, cancel) is { } since && since < ledger.UtcNow.AddMinutes(-gpus.Options.WaitMinutes);
    }

    async Task<bool> RestartAsync(Job job, CancellationToken cancel)
    {
        InstanceState? instance = await client.FindAsync(job.JobId, cancel);
        if (instance is { Status: InstanceStatus.Running })
        {
            await client.TerminateAsync(job.JobId, Told, cancel);
            return true;
        }

        if (instance is not null) await client.PurgeAsync(job.JobId, cancel);
        Job ready = await ledger.UpdateAsync(job.JobId, null, row => row with { IsRestarting = false, OnGpuWorker = false }, cancel);
        await starter.EnsureRunningAsync(ready, cancel);
        return true;
    }
}
