using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>The files of a completed job by their role: <c>file</c>, <c>mix</c>, <c>midi</c>, <c>manifest</c>, or a stem's name.</summary>
public static class JobOutputs
{
    /// <summary>Empty for a job that has not completed or makes none.</summary>
    public static IReadOnlyDictionary<string, BlobRef> Of(Job job)
    {
        if (job.Status != JobStatus.Completed || job.Result is not { } stored) return new Dictionary<string, BlobRef>();
        return job.Kind switch
        {
            JobKind.Generation => Of(Payload.Read<GenerationResult>(stored)),
            JobKind.Export => new Dictionary<string, BlobRef> { ["file"] = Payload.Read<ExportResult>(stored).File },
            JobKind.Separation => Payload.Read<SeparationResult>(stored).Files,
            JobKind.Reproduction when Payload.Read<ReproductionResult>(stored).Kept is { } kept => Of(kept),
            _ => new Dictionary<string, BlobRef>(),
        };
    }

    public static IReadOnlyDictionary<string, BlobRef> Of(GenerationResult result)
    {
        var files = new Dictionary<string, BlobRef>(result.Stems ?? new Dictionary<string, BlobRef>())
        {
            ["file"] = result.File, ["mix"] = result.Mix, ["manifest"] = result.Manifest,
        };
        if (result.Midi is { } midi) files["midi"] = midi;
        return files;
    }
}
