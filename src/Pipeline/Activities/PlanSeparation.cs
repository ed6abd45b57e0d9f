using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;

namespace DgxMusic.Pipeline.Activities;

/// <summary>Which model runs where.</summary>
/// <param name="Reason">What was decided and why, in a sentence or two.</param>
/// <param name="Warnings">What the caller gets otherwise than asked for.</param>
public sealed record SeparationPlan(string Model, bool OnCpu, string Reason, IReadOnlyList<string> Warnings);

/// <summary>Chooses the model and the device.</summary>
public sealed class PlanSeparation(JobMonitor monitor, SeparatorRegistry separators, IGpuProbe probe) : IActivity<SeparationInput, SeparationPlan>
{
    public static readonly Activity<SeparationInput, SeparationPlan> Definition =
        Activity<SeparationInput, SeparationPlan>.Of<PlanSeparation>(version: 1, Lane.Io, JobStep.LoadingModel, Retry.Outage);

    public async Task<SeparationPlan> RunAsync(SeparationInput input, ActivityContext context)
    {
        await monitor.EnterAsync(input.JobId, JobStep.LoadingModel, "Choosing the device.", context.Stopping);
        ISourceSeparator separator = separators.Find(input.Model);
        if (input.Devices is [{ } first, ..]) return new(separator.Facts.Name, first.Device == SeparationDevices.Cpu, "It runs where the original did.", []);

        // A mock plays the GPU too, so that what goes wrong on one can be tried without.
        if (separator.Facts.IsMock && input.Request.Device != DeviceChoice.Cpu) return new(separator.Facts.Name, false, $"A mock stands in for {separator.Facts.Name}.", []);
        bool? wantsGpu = input.Request.Device switch { DeviceChoice.Gpu => true, DeviceChoice.Cpu => false, _ => null };
        string[] installed = [.. separators.All.Where(one => one.IsInstalled).Select(one => one.Facts.Name)];
        SeparationDevice chosen = SeparationDevices.Choose(new(separator.Facts.Name, wantsGpu, installed), GpuReport.Of(probe));
        return new(chosen.Model, chosen.OnCpu, chosen.Text, chosen.Warnings);
    }
}
