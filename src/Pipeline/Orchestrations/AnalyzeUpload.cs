using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>A file that a caller wants measured.</summary>
/// <param name="Options">What to measure.</param>
public sealed record UploadAnalysis(string JobId, string Folder, BlobRef File, string? FileName, MeasureOptions Options) : IJobInput;

/// <summary>What was measured in a file.</summary>
public sealed record AnalysisResult(TrackMetadata Metadata, IReadOnlyList<string> Warnings) : IJobResult;

/// <summary>Measures one file.</summary>
public static class AnalyzeUpload
{
    public static readonly Orchestration<UploadAnalysis, AnalysisResult> Definition = new(nameof(AnalyzeUpload), version: 1, RunAsync);

    static async Task<AnalysisResult> RunAsync(IOrchestrationContext context, UploadAnalysis input)
    {
        MeasuredTrack measured = await context.CallActivityAsync(
            ExtractMetadata.Definition, new(input.JobId, input.Folder, input.File) { FileName = input.FileName, Options = input.Options });
        return new(measured.Metadata!, measured.Warnings);
    }
}
