using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Title">Of the music, as its owner says it.</param>
/// <param name="SourceRateHz">Of the music, for models that take any rate.</param>
/// <param name="Reason">Why it runs there.</param>
public sealed record PrepareRequest(string JobId, string Model, string Title, int SourceRateHz, SeparationSettings Settings, bool OnCpu, string Reason) : IJobInput;

/// <summary>A model that is loaded, or the reason why the GPU could not load it.</summary>
/// <param name="Sources">In the order in which stems come.</param>
/// <param name="SampleRateHz">What the track has to have.</param>
/// <param name="StrideFrames">Frames between the places where the track may be parted.</param>
/// <param name="WindowFrames">What it hears at once, a stride apart; null where it hears no windows.</param>
/// <param name="SecondsPerStride">Of work; as long as nothing was measured, a guess.</param>
/// <param name="GpuFault">Null: it is loaded. Else the same on the processor may do.</param>
public sealed record PreparedSeparator(EngineFacts Engine, NumericsClass Numerics, IReadOnlyList<string> Sources, int SampleRateHz, int StrideFrames, double SecondsPerStride, int Networks, int? WindowFrames, bool OnCpu, string? GpuFault)
{
    /// <summary>Of the processor or the GPU, whichever it was.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Device => OnCpu ? "cpu" : Engine.Device;
}

/// <summary>Loads the model, so that what it is is known before any work begins.</summary>
public sealed class PrepareSeparator(ModelPool pool, SeparatorRegistry separators, TuningStore tuning, JobMonitor monitor, JobLedger ledger) : IActivity<PrepareRequest, PreparedSeparator>
{
    public static readonly Activity<PrepareRequest, PreparedSeparator> Definition =
        Activity<PrepareRequest, PreparedSeparator>.Of<PrepareSeparator>(version: 1, Lane.Gpu, JobStep.LoadingModel, Retry.Outage);

    public static readonly Activity<PrepareRequest, PreparedSeparator> OnCpu = Definition.Twin(nameof(PrepareSeparator) + nameof(OnCpu), Lane.Cpu);

    // Until a machine has been measured: a window of one network on two cores, and what filters do.
    const double SecondsPerWindow = 1.5, SpeedWithoutNetworks = 20;

    public async Task<PreparedSeparator> RunAsync(PrepareRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.LoadingModel, $"Loading {request.Model}. {request.Reason}", context.Stopping, request.OnCpu ? "model on cpu" : "model");
        Job job = await ledger.GetAsync(request.JobId, context.Stopping);
        try
        {
            using ModelLease<ISeparationModel> lease = await pool.LeaseAsync(request.Model, request.Title, SeparationRun.Of(job, request.OnCpu, context.Stopping));
            CheckSources(lease.Model, separators.Find(request.Model).Stems);
            PreparedSeparator prepared = Describe(lease, request, await tuning.FindAsync(lease.Facts, request.OnCpu, context.Stopping));
            await ledger.UpdateAsync(request.JobId, null, row => row with { DeviceUsed = prepared.Device, Model = prepared.Engine.Name }, context.Stopping);
            return prepared;
        }
        catch (GpuFaultException fault) when (!request.OnCpu)
        {
            return new(separators.Find(request.Model).Facts, NumericsClass.Here, [], request.SourceRateHz, 1, 1, 1, null, false, fault.Message);
        }
    }

    static PreparedSeparator Describe(ModelLease<ISeparationModel> lease, PrepareRequest request, Tuning? known)
    {
        ISeparationModel model = lease.Model;
        int rateHz = model.SampleRateHz ?? request.SourceRateHz;
        int stride = model.StrideOf(rateHz, request.Settings);
        bool hearsWindows = model is IWindowedModel;
        double perRun = known?.SecondsPerUnit ?? (hearsWindows ? SecondsPerWindow : (double)stride / rateHz / SpeedWithoutNetworks);
        int runs = hearsWindows ? model.Networks * Math.Max(1, request.Settings.Shifts) : 1;
        return new(lease.Facts, lease.Numerics, model.Sources, rateHz, stride, perRun * runs, model.Networks, (model as IWindowedModel)?.PlanOf(request.Settings).Frames, request.OnCpu, null);
    }

    /// <param name="announced">What the engine is said to give.</param>
    static void CheckSources(ISeparationModel model, IReadOnlyList<string> announced)
    {
        if (model.Sources.Count == 0) throw new PipelineException(Problem.NoStems, $"{model.Name} gave no stems.");
        if (model.Sources.All(source => source == SeparationRequest.Vocals)) throw new PipelineException(Problem.NoStems, $"{model.Name} gave vocals and nothing else; there is no instrumental.");
        if (announced.Contains(SeparationRequest.Vocals) && !model.Sources.Contains(SeparationRequest.Vocals))
            throw new PipelineException(Problem.NoStems, $"{model.Name} gave no vocals, only {string.Join(", ", model.Sources)}.");
    }
}

/// <summary>What engines are told of one run of a separation.</summary>
static class SeparationRun
{
    public static EngineRun Of(Job job, bool onCpu, CancellationToken stopping) => new(1 + job.Retries.Count, onCpu, stopping);
}
