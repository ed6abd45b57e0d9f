using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Activities;

/// <summary>Has a model work that was begun elsewhere, if it is the same one.</summary>
static class GeneratorRun
{
    /// <param name="givenUp">The result where the GPU fails.</param>
    /// <exception cref="PipelineException"><see cref="Problem.EngineDiffers"/>: it is not what the work was begun with.</exception>
    public static async Task<TPart> RunAsync<TPart>(
        ModelPool pool, JobLedger ledger, string jobId, PreparedGenerator begun, Func<ModelLease<MusicGenModel>, Task<TPart>> work, Func<string, TPart> givenUp, CancellationToken stopping)
    {
        Job job = await ledger.GetAsync(jobId, stopping);
        ModelLease<MusicGenModel> lease;
        try
        {
            lease = await pool.LeaseGeneratorAsync(begun.Engine.Name, SeparationRun.Of(job, begun.OnCpu, stopping));
        }
        catch (GpuFaultException fault) when (!begun.OnCpu)
        {
            return givenUp(fault.Message);
        }

        using ModelLease<MusicGenModel> mine = lease;
        if (IsWithoutGpu(begun, lease.Facts)) return givenUp("There is none here any more.");
        if (lease.Facts != begun.Engine)
            throw new PipelineException(Problem.EngineDiffers, $"This was begun with {begun.Engine.Name}, weights {begun.Engine.WeightsSha256}, which is not what that name stands for here and now.");
        try
        {
            return await work(lease);
        }
        catch (GpuFaultException fault) when (!begun.OnCpu)
        {
            lease.Discard();
            return givenUp(fault.Message);
        }
        catch (Exception fault) when (fault is not (JobCancelledException or OperationCanceledException))
        {
            lease.Discard();
            throw;
        }
    }

    /// <summary>The work was begun on a GPU, and whoever goes on with it has none.</summary>
    static bool IsWithoutGpu(PreparedGenerator begun, EngineFacts here) =>
        !begun.OnCpu && here.Device == SeparationDevices.Cpu && here == begun.Engine with { Device = here.Device, Dtype = here.Dtype } && here != begun.Engine;
}

/// <summary>Tells how far the work has come, and looks whether it is still wanted.</summary>
sealed class UnitReport(string jobId, PreparedGenerator model, JobMonitor monitor, TimeProvider clock, CancellationToken stopping)
{
    /// <summary>What the end is foretold by: the first steps of a process take longer than all others.</summary>
    static readonly TimeSpan remembered = TimeSpan.FromSeconds(5), shortest = TimeSpan.FromSeconds(0.3);

    readonly Queue<(long At, double Done)> past = new();

    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    public void Tell(WorkPart part, long block, string message)
    {
        stopping.ThrowIfCancellationRequested();
        double done = part.Done * (part.To - part.From) / model.Units;
        monitor.AdvancePartAsync(jobId, JobStep.Generating, part, model.Units, message, block, SecondsLeft(done), stopping).GetAwaiter().GetResult();
    }

    /// <returns>From what is left of the whole; null as long as there is nothing to go by.</returns>
    Func<double, double>? SecondsLeft(double done)
    {
        long now = clock.GetTimestamp();
        past.Enqueue((now, done));
        while (clock.GetElapsedTime(past.Peek().At, now) > remembered && past.Count > 2) past.Dequeue();
        (long since, double before) = past.Peek();
        TimeSpan took = clock.GetElapsedTime(since, now);
        return took >= shortest && done > before ? left => left * took.TotalSeconds / (done - before) : null;
    }
}
