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
/// <param name="began">A timestamp of the clock.</param>
sealed class UnitReport(string jobId, PreparedGenerator model, JobMonitor monitor, TimeProvider clock, long began, CancellationToken stopping)
{
    /// <exception cref="JobCancelledException">The caller took the job back.</exception>
    public void Tell(WorkPart part, long block, string message)
    {
        stopping.ThrowIfCancellationRequested();
        double share = part.Done * (part.To - part.From) / model.Units, elapsed = clock.GetElapsedTime(began).TotalSeconds;
        Func<double, double>? secondsLeft = share > 0 && elapsed > 0 ? left => left * elapsed / share : null;
        monitor.AdvancePartAsync(jobId, JobStep.Generating, part, model.Units, message, block, secondsLeft, stopping).GetAwaiter().GetResult();
    }
}
