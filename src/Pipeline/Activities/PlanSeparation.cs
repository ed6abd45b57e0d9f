using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Since">When this was asked for the first time.</param>
public sealed record PlanRequest(SeparationInput Work, DateTime Since) : IJobInput
{
    public string JobId => Work.JobId;
}

/// <summary>Which model runs where.</summary>
/// <param name="Reason">What was decided and why, in a sentence or two.</param>
/// <param name="Warnings">What the caller gets otherwise than asked for.</param>
/// <param name="AskAgainAfter">Null: it is decided. Else there is no GPU worker yet.</param>
public sealed record SeparationPlan(string Model, bool OnCpu, string Reason, IReadOnlyList<string> Warnings, TimeSpan? AskAgainAfter = null);

/// <summary>Chooses the model and the device.</summary>
public sealed class PlanSeparation(JobMonitor monitor, SeparatorRegistry separators, GpuReception reception) : IActivity<PlanRequest, SeparationPlan>
{
    public static readonly Activity<PlanRequest, SeparationPlan> Definition =
        Activity<PlanRequest, SeparationPlan>.Of<PlanSeparation>(version: 1, Lane.Io, JobStep.LoadingModel, Retry.Outage);

    public async Task<SeparationPlan> RunAsync(PlanRequest request, ActivityContext context)
    {
        SeparationInput input = request.Work;
        await monitor.EnterAsync(input.JobId, JobStep.LoadingModel, "Choosing the device.", context.Stopping);
        ISourceSeparator separator = separators.Find(input.Model);
        (GpuFinding found, TimeSpan? wait) = await reception.AskAsync(input.JobId, request.Since, MayUseGpu(input, separator), context.Stopping);
        if (wait is not null) return new(separator.Facts.Name, false, "", [], wait);
        SeparationPlan plan = Choose(input, separator, found.Gpu);
        if (!plan.OnCpu && found.IsRemote) await reception.GivenAsync(input.JobId, context.Stopping);
        return plan;
    }

    static bool MayUseGpu(SeparationInput input, ISourceSeparator separator) => input.Devices is [{ } first, ..]
        ? first.Device != SeparationDevices.Cpu
        : input.Request.Device != DeviceChoice.Cpu && (separator.Facts.IsMock || SeparationDevices.MemoryMbOf(separator.Facts.Name) is not null);

    SeparationPlan Choose(SeparationInput input, ISourceSeparator separator, GpuReport gpu)
    {
        string name = separator.Facts.Name;
        bool hasLane = reception.IsHere || gpu.Best is not null;
        if (input.Devices is [{ } first, ..] && (hasLane || first.Device == SeparationDevices.Cpu)) return new(name, first.Device == SeparationDevices.Cpu, "It runs where the original did.", []);

        // A mock plays the GPU too, so that what goes wrong on one can be tried without.
        if (separator.Facts.IsMock && hasLane && input.Request.Device != DeviceChoice.Cpu) return new(name, false, $"A mock stands in for {name}.", []);
        bool? wantsGpu = input.Request.Device switch { DeviceChoice.Gpu => true, DeviceChoice.Cpu => false, _ => null };
        string[] installed = [.. separators.All.Where(one => one.IsInstalled).Select(one => one.Facts.Name)];
        SeparationDevice chosen = SeparationDevices.Choose(new(name, wantsGpu, installed), gpu);
        return new(chosen.Model, chosen.OnCpu, chosen.Text, chosen.Warnings);
    }
}
