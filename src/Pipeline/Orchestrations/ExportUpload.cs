using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Orchestrations;

/// <summary>A file that a caller wants mastered.</summary>
/// <param name="Folder">Its dated scratch folder, <c>YYYY/MM/DD/{job}</c>.</param>
/// <param name="FileName">As its owner calls it; null where nobody said.</param>
/// <param name="Target">The name the mastered file gets.</param>
/// <param name="KeepsTags">Title, artist and the rest go on into it.</param>
public sealed record UploadExport(string JobId, string Folder, BlobRef Upload, string? FileName, BlobRef Target, ExportOptions Options, bool KeepsTags) : IJobInput;

/// <summary>Masters one uploaded file.</summary>
public static class ExportUpload
{
    public static readonly Orchestration<UploadExport, ExportResult> Definition = new(nameof(ExportUpload), version: 1, RunAsync);

    static async Task<ExportResult> RunAsync(IOrchestrationContext context, UploadExport input)
    {
        ExportedTrack track = await context.CallActivityAsync(ExportAudio.Definition, new(input.JobId, input.Folder, input.Upload, input.Options) { FileName = input.FileName, KeepsTags = input.KeepsTags });
        return await context.CallActivityAsync(PublishExport.Definition, new(input.JobId, track, input.Target));
    }
}
