using DgxMusic.Models.MusicGen;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

/// <param name="Reason">Why it runs there.</param>
public sealed record PrepareGeneratorRequest(GenerationInput Work, bool OnCpu, string Reason) : IJobInput
{
    public string JobId => Work.JobId;
}

/// <summary>A model that is loaded and has read the prompt, or the reason why the GPU could not load it.</summary>
/// <param name="Numerics">What the bits depend on.</param>
/// <param name="Prompt">The prompt as the tokens it hears.</param>
/// <param name="Frames">Of codes that the request takes.</param>
/// <param name="SamplesPerFrame">What a frame of codes becomes.</param>
/// <param name="SourceChannels">That it makes; one is doubled.</param>
/// <param name="PassFrames">Of codes that it hears or writes at once.</param>
/// <param name="Steps">Of writing, all passes together.</param>
/// <param name="SecondsPerStep">Of work; as long as nothing was measured, a guess.</param>
/// <param name="SecondsPerFrame">Of the codec's work; the same.</param>
/// <param name="GpuFault">Null: it is loaded. Else the same on the processor may do.</param>
public sealed record PreparedGenerator(
    EngineFacts Engine, NumericsClass Numerics, IReadOnlyList<int> Prompt, int Frames, int SampleRateHz, int SamplesPerFrame, int SourceChannels, int PassFrames, int Steps,
    double SecondsPerStep, double SecondsPerFrame, bool OnCpu, string? GpuFault)
{
    /// <summary>At 30 s a step was measured to take 1.7 to 1.9 times what it takes at first.</summary>
    const double StepsThatCostAsMuchToHear = 2000;

    /// <summary>Of codes that stand before those that are written, because they continue some.</summary>
    public int ContextFrames { get; init; }

    /// <summary>Of the processor or the GPU, whichever it was.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Device => OnCpu ? SeparationDevices.Cpu : Engine.Device;

    /// <summary>A frame of the codec is one unit of work, and so many are all steps: shares of the whole are shares of its time.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long UnitsOfSteps => (long)(Math.Clamp(SecondsPerStep / SecondsPerFrame, 1, 1000) * Steps);

    [System.Text.Json.Serialization.JsonIgnore]
    public long Units => UnitsOfSteps + Frames;

    /// <summary>Units of the first steps, by their number. A step hears all that its pass has written before, so each takes a little longer than the one before it.</summary>
    public double[] UnitsOfFirst()
    {
        double[] units = new double[Steps + 1];
        for (int step = 0; step < Steps; step++)
        {
            // Windows after the first begin with two fifths of a pass.
            int heard = ContextFrames + step, beyond = heard - PassFrames;
            if (beyond >= 0) heard = (PassFrames * 2 / 5) + (beyond % Math.Max(1, PassFrames * 3 / 5));
            units[step + 1] = units[step] + 1 + (heard / StepsThatCostAsMuchToHear);
        }

        for (int step = 1; step < Steps; step++) units[step] *= UnitsOfSteps / units[Steps];
        units[Steps] = UnitsOfSteps;
        return units;
    }

    /// <summary>Of the result: a request's length to the sample, whatever whole frames of codes make.</summary>
    public long SamplesOf(double seconds) => Dsp.AudioBuffer.FramesIn(seconds, SampleRateHz);
}

/// <summary>Loads the model and reads the prompt, so that what it is and how long it takes is known before any work begins.</summary>
public sealed class PrepareGenerator(ModelPool pool, EngineRegistry engines, TuningStore tuning, JobMonitor monitor, JobLedger ledger) : IActivity<PrepareGeneratorRequest, PreparedGenerator>
{
    public static readonly Activity<PrepareGeneratorRequest, PreparedGenerator> Definition =
        Activity<PrepareGeneratorRequest, PreparedGenerator>.Of<PrepareGenerator>(version: 1, Lane.Gpu, JobStep.LoadingModel, Retry.Outage);

    public static readonly Activity<PrepareGeneratorRequest, PreparedGenerator> OnCpu = Definition.Twin(nameof(PrepareGenerator) + nameof(OnCpu), Lane.Cpu);

    /// <summary>Until a machine has been measured: a billion parameters on two cores, and what the codec takes beside them.</summary>
    const double SecondsPerStepOfABillion = 0.15, SecondsPerFrame = 0.002;

    public async Task<PreparedGenerator> RunAsync(PrepareGeneratorRequest request, ActivityContext context)
    {
        GenerationInput input = request.Work;
        await monitor.EnterAsync(input.JobId, JobStep.LoadingModel, $"Loading {input.Engine}. {request.Reason}", context.Stopping, request.OnCpu ? "model on cpu" : "model");
        Job job = await ledger.GetAsync(input.JobId, context.Stopping);
        try
        {
            using ModelLease<MusicGenModel> lease = await pool.LeaseGeneratorAsync(input.Engine, SeparationRun.Of(job, request.OnCpu, context.Stopping));
            await monitor.EnterAsync(input.JobId, JobStep.EncodingPrompt, "Reading the prompt.", context.Stopping);
            PreparedGenerator prepared = await DescribeAsync(lease, request, context.Stopping);
            await ledger.UpdateAsync(input.JobId, null, row => row with { DeviceUsed = prepared.Device, Model = prepared.Engine.Name }, context.Stopping);
            return prepared;
        }
        catch (GpuFaultException fault) when (!request.OnCpu)
        {
            return new(engines.FindWriter(input.Engine).Facts, NumericsClass.Here, [], 0, 1, 1, 1, 1, 0, 1, 1, false, fault.Message);
        }
    }

    async Task<PreparedGenerator> DescribeAsync(ModelLease<MusicGenModel> lease, PrepareGeneratorRequest request, CancellationToken stopping)
    {
        MusicGenModel model = lease.Model;
        int frames = model.FramesOf(request.Work.Request.Duration);
        double guess = Math.Max(0.001, SecondsPerStepOfABillion * model.Parameters / 1e9);
        double perStep = (await tuning.FindAsync(lease.Facts, request.OnCpu, stopping))?.SecondsPerUnit ?? guess;
        double perFrame = (await tuning.FindAsync(DecodeCodes.CodecOf(lease.Facts), request.OnCpu, stopping))?.SecondsPerUnit ?? SecondsPerFrame;
        return new(
            lease.Facts, lease.Numerics, model.Tokenize(request.Work.Request.Prompt), frames, model.SampleRateHz, model.SamplesPerFrame, model.AudioChannels, model.PassFrames, model.StepsOf(frames),
            perStep, perFrame, request.OnCpu, null);
    }
}
