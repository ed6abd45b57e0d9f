using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;

namespace DgxMusic.Pipeline.Activities;

/// <summary>Which model runs where.</summary>
/// <param name="Reason">Why it is not the GPU, in one sentence; null where nobody would expect it.</param>
public sealed record SeparationPlan(string Model, bool OnCpu, string? Reason, IReadOnlyList<string> Warnings);

/// <summary>Chooses the model and the device.</summary>
public sealed class PlanSeparation(JobMonitor monitor, SeparatorRegistry separators) : IActivity<SeparationInput, SeparationPlan>
{
    public static readonly Activity<SeparationInput, SeparationPlan> Definition =
        Activity<SeparationInput, SeparationPlan>.Of<PlanSeparation>(version: 1, Lane.Io, JobStep.LoadingModel, Retry.Outage);

    public async Task<SeparationPlan> RunAsync(SeparationInput input, ActivityContext context)
    {
        await monitor.EnterAsync(input.JobId, JobStep.LoadingModel, "Choosing the device.", context.Stopping);
        ISourceSeparator separator = separators.Find(input.Model);
        bool onCpu = input.Request.Device == Contracts.DeviceChoice.Cpu;
        return new(separator.Facts.Name, onCpu, onCpu ? "The processor was asked for." : null, []);
    }
}
