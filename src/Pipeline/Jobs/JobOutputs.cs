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
            JobKind.Generation => Payload.Read<GenerationResult>(stored).Files,
            JobKind.Export => new Dictionary<string, BlobRef> { ["file"] = Payload.Read<ExportResult>(stored).File },
            JobKind.Separation => Payload.Read<SeparationResult>(stored).Files,
            JobKind.Reproduction => Payload.Read<ReproductionResult>(stored).KeptFiles ?? new Dictionary<string, BlobRef>(),
            _ => new Dictionary<string, BlobRef>(),
        };
    }
}
