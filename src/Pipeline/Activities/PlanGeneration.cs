using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Since">When this was asked for the first time.</param>
public sealed record GenerationPlanRequest(GenerationInput Work, DateTime Since) : IJobInput
{
    public string JobId => Work.JobId;
}

/// <summary>Where a model writes.</summary>
/// <param name="Reason">What was decided and why.</param>
/// <param name="AskAgainAfter">Null: it is decided. Else there is no GPU worker yet.</param>
public sealed record WriterPlan(bool OnCpu, string Reason, IReadOnlyList<string> Warnings, TimeSpan? AskAgainAfter = null);

/// <summary>Chooses the device for a model that writes music.</summary>
public sealed class PlanGeneration(JobMonitor monitor, EngineRegistry engines, GpuReception reception) : IActivity<GenerationPlanRequest, WriterPlan>
{
    public static readonly Activity<GenerationPlanRequest, WriterPlan> Definition =
        Activity<GenerationPlanRequest, WriterPlan>.Of<PlanGeneration>(version: 1, Lane.Io, JobStep.LoadingModel, Retry.Outage);

    public async Task<WriterPlan> RunAsync(GenerationPlanRequest request, ActivityContext context)
    {
        GenerationInput input = request.Work;
        await monitor.EnterAsync(input.JobId, JobStep.LoadingModel, "Choosing the device.", context.Stopping);
        engines.FindWriter(input.Engine);
        (GpuFinding found, TimeSpan? wait) = await reception.AskAsync(input.JobId, request.Since, input.Device != SeparationDevices.Cpu, context.Stopping);
        if (wait is not null) return new(false, "", [], wait);
        SeparationDevice chosen = SeparationDevices.Choose(new(input.Engine, input.Device switch { null => null, var device => device != SeparationDevices.Cpu }, []), found.Gpu);
        if (!chosen.OnCpu && found.IsRemote) await reception.GivenAsync(input.JobId, context.Stopping);
        return new(chosen.OnCpu, input.Device is null ? chosen.Text : "It runs where the original did.", chosen.Warnings);
    }
}
