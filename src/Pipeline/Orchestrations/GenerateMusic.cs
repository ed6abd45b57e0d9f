using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>What a generation starts from: the request with everything decided that chance or the machine would decide.</summary>
/// <param name="Folder">Its dated scratch folder, <c>YYYY/MM/DD/{job}</c>.</param>
/// <param name="Engine">Exact name of the engine that plays.</param>
/// <param name="Writes">Whether it is a model that writes codes step by step.</param>
/// <param name="Blocks">How its work has to be cut, as a manifest says it; null: as it fits.</param>
/// <param name="Device">Where a model has to begin, as a manifest says it; null: where it can.</param>
public sealed record GenerationInput(
    string JobId, string Folder, GenerationRequest Request, ulong Seed, string Engine, bool Writes = false, GenerationBlocks? Blocks = null, string? Device = null) : IJobInput;

/// <summary>How a model's work was cut and where it ran, for engines whose bits depend on it.</summary>
/// <param name="Writing">Steps.</param>
/// <param name="Decoding">Frames of codes.</param>
public sealed record GenerationBlocks(IReadOnlyList<WorkBlock> Writing, IReadOnlyList<WorkBlock> Decoding);

/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
public sealed record WorkBlock(string Device, int From, int To);

/// <summary>Turns a prompt into a mastered, measured track.</summary>
public static class GenerateMusic
{
    public static readonly Orchestration<GenerationInput, GenerationResult> Definition = new(nameof(GenerateMusic), version: 2, RunAsync);

    static async Task<GenerationResult> RunAsync(IOrchestrationContext context, GenerationInput input)
    {
        RawMusic raw = input.Writes
            ? await new CodeWork(context, input, await PlanAsync(context, input)).RunAsync()
            : await context.CallActivityAsync(GenerateAudio.Definition, input);
        ExportedTrack track = await context.CallActivityAsync(ExportAudio.Definition, new(input.JobId, input.Folder, raw.Mix, input.Request.Export));
        MeasuredTrack measured = await MeasureAsync(context, new(input.JobId, input.Folder, track.File));
        return await context.CallActivityAsync(PublishGeneration.Definition, new(input, raw, track, measured));
    }

    /// <summary>Waits for a GPU worker where one may come; nobody could take back what was handed to none.</summary>
    static async Task<WriterPlan> PlanAsync(IOrchestrationContext context, GenerationInput input)
    {
        var request = new GenerationPlanRequest(input, context.CurrentUtcDateTime);
        WriterPlan plan = await context.CallActivityAsync(PlanGeneration.Definition, request);
        while (plan.AskAgainAfter is { } pause)
        {
            await context.CreateTimer(pause);
            plan = await context.CallActivityAsync(PlanGeneration.Definition, request);
        }

        return plan;
    }

    // A track that cannot be analysed is still a track: the failure becomes a warning.
    static async Task<MeasuredTrack> MeasureAsync(IOrchestrationContext context, MeasureRequest request)
    {
        try
        {
            return await context.CallActivityAsync(ExtractMetadata.Definition, request);
        }
        catch (PipelineException refusal)
        {
            return MeasuredTrack.Failed(refusal.Message);
        }
        catch (StepFailedException fault)
        {
            return MeasuredTrack.Failed(fault.Message);
        }
    }
}
