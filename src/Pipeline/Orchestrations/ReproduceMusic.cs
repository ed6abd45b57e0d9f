using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>A generation or a separation that is to be made again; one of both.</summary>
/// <param name="SourceId">The job that made it.</param>
/// <param name="Generation">What its manifest says it started from, as a job of this one's name.</param>
/// <param name="Original">Its files by role.</param>
/// <param name="Keep">Whether the files made again stay.</param>
/// <param name="Separation">As <paramref name="Generation"/>.</param>
public sealed record ReproductionInput(
    string JobId, string SourceId, GenerationInput? Generation, IReadOnlyDictionary<string, BlobRef> Original, bool Keep, SeparationInput? Separation = null) : IJobInput;

/// <summary>Makes music once more from its manifest and says whether the bytes are the same.</summary>
public static class ReproduceMusic
{
    public static readonly Orchestration<ReproductionInput, ReproductionResult> Definition = new(nameof(ReproduceMusic), version: 2, RunAsync);

    static async Task<ReproductionResult> RunAsync(IOrchestrationContext context, ReproductionInput input)
    {
        if (input.Separation is { } separation)
        {
            SeparationResult tracks = await context.CallSubOrchestratorAsync(SeparateTrack.Definition, separation);
            return ReproductionResult.Of(input, await CompareAsync(context, input, separation.Folder, tracks.Files)) with { KeptTracks = input.Keep ? tracks : null };
        }

        GenerationResult made = await context.CallSubOrchestratorAsync(GenerateMusic.Definition, input.Generation!);
        return ReproductionResult.Of(input, await CompareAsync(context, input, input.Generation!.Folder, made.Files)) with { Kept = input.Keep ? made : null };
    }

    static Task<Comparison> CompareAsync(IOrchestrationContext context, ReproductionInput input, string folder, IReadOnlyDictionary<string, BlobRef> made) =>
        context.CallActivityAsync(CompareReproduction.Definition, new(input.JobId, input.SourceId, folder, input.Original, made, input.Keep));
}
