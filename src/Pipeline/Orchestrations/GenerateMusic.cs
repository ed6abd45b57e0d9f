using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>What a generation starts from: the request with everything decided that chance or the machine would decide.</summary>
/// <param name="Folder">Its dated scratch folder, <c>YYYY/MM/DD/{job}</c>.</param>
/// <param name="Engine">Exact name of the engine that plays.</param>
public sealed record GenerationInput(string JobId, string Folder, GenerationRequest Request, ulong Seed, string Engine) : IJobInput;

/// <summary>Turns a prompt into a mastered, measured track.</summary>
public static class GenerateMusic
{
    public static readonly Orchestration<GenerationInput, GenerationResult> Definition = new(nameof(GenerateMusic), version: 1, RunAsync);

    static async Task<GenerationResult> RunAsync(IOrchestrationContext context, GenerationInput input)
    {
        RawMusic raw = await context.CallActivityAsync(GenerateAudio.Definition, input);
        ExportedTrack track = await context.CallActivityAsync(ExportAudio.Definition, new(input.JobId, input.Folder, raw.Mix, input.Request.Export));
        MeasuredTrack measured = await MeasureAsync(context, new(input.JobId, input.Folder, track.File));
        return await context.CallActivityAsync(PublishGeneration.Definition, new(input, raw, track, measured));
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
