using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>A generation that is to be made again.</summary>
/// <param name="SourceId">The generation.</param>
/// <param name="Generation">What its manifest says it started from, as a job of this one's name.</param>
/// <param name="Original">Its files by role.</param>
/// <param name="Keep">Whether the files made again stay.</param>
public sealed record ReproductionInput(string JobId, string SourceId, GenerationInput Generation, IReadOnlyDictionary<string, BlobRef> Original, bool Keep) : IJobInput;

/// <summary>Generates once more from a manifest and says whether the bytes are the same.</summary>
public static class ReproduceMusic
{
    public static readonly Orchestration<ReproductionInput, ReproductionResult> Definition = new(nameof(ReproduceMusic), version: 1, RunAsync);

    static async Task<ReproductionResult> RunAsync(IOrchestrationContext context, ReproductionInput input)
    {
        GenerationResult made = await context.CallSubOrchestratorAsync(GenerateMusic.Definition, input.Generation);
        return await context.CallActivityAsync(CompareReproduction.Definition, new(input, made));
    }
}
