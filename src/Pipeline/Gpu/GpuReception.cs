using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Gpu;

/// <param name="AskAgainAfter">Null: it is known. Else there is no GPU worker yet, and one may come.</param>
public sealed record GpuAnswer(GpuFinding Found, TimeSpan? AskAgainAfter);

/// <summary>Finds a GPU for a job. Nothing is given to a worker before one lives: work that nobody takes could not be taken back.</summary>
public sealed class GpuReception(JobMonitor monitor, JobLedger ledger, GpuFinder gpus, IGpuWaker waker)
{
    static readonly TimeSpan pause = TimeSpan.FromSeconds(15);

    /// <summary>Whether work for the GPU is done in this process, so that what plays a GPU is found too.</summary>
    public bool IsHere => gpus.Options.Workers == GpuWorkers.Here;

    /// <param name="since">When this was asked for the first time.</param>
    /// <param name="mayUse">Whether the work would take a GPU.</param>
    /// <exception cref="PipelineException"><see cref="Problem.GpuUnavailable"/>: none came, and the settings say not to go on without.</exception>
    public async Task<GpuAnswer> AskAsync(string jobId, DateTime since, bool mayUse, CancellationToken stopping)
    {
        GpuFinding found = await gpus.FindAsync(stopping);
        if (!found.MayCome || !mayUse) return new(found, null);
        if (await WaitAsync(jobId, since, stopping) is { } wait) return new(found, wait);
        found = found with { Gpu = found.Gpu with { Reason = FormattableString.Invariant($"No GPU worker was alive for {gpus.Options.WaitMinutes:0.##} minutes.") } };
        return gpus.Options.WhenNone == GpuShortage.Fail ? throw new PipelineException(Problem.GpuUnavailable, found.Gpu.Reason) : new(found, null);
    }

    /// <summary>Writes down that a job's work is a worker's now, whose silence would end it.</summary>
    public Task GivenAsync(string jobId, CancellationToken stopping) => ledger.UpdateAsync(jobId, null, row => row with { OnGpuWorker = true }, stopping);

    /// <returns>Null: it has waited long enough.</returns>
    async Task<TimeSpan?> WaitAsync(string jobId, DateTime since, CancellationToken stopping)
    {
        TimeSpan left = since.AddMinutes(gpus.Options.WaitMinutes) - ledger.UtcNow;
        if (left <= TimeSpan.Zero) return null;
        await waker.WakeAsync(stopping);
        string then = gpus.Options.WhenNone == GpuShortage.Cpu ? "the CPU takes it" : "it fails";
        string message = FormattableString.Invariant($"Waiting for a GPU worker; if none comes within {gpus.Options.WaitMinutes:0.##} minutes, {then}.");
        await monitor.EnterAsync(jobId, JobStep.LoadingModel, message, stopping, "no worker");
        return left < pause ? left : pause;
    }
}
