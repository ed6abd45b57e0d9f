using DgxMusic.Contracts;

namespace DgxMusic.Pipeline;

public sealed record ExportRequest(string JobId, string Folder, BlobRef Source, ExportOptions Options) : IJobInput;

/// <summary>A mastered file.</summary>
public sealed record ExportedTrack(BlobRef File, LoudnessReport Loudness, int SampleRateHz, int Channels, long Frames, BitDepth BitDepth, long Bytes);

/// <summary>Masters a mix: rate, loudness, bit depth.</summary>
public sealed class ExportAudio(IBlobStore store, JobMonitor monitor) : IActivity<ExportRequest, ExportedTrack>
{
    public static readonly Activity<ExportRequest, ExportedTrack> Definition =
        Activity<ExportRequest, ExportedTrack>.Of<ExportAudio>(version: 1, Lane.Cpu, JobStep.Saving, Retry.Outage);

    public async Task<ExportedTrack> RunAsync(ExportRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Saving, "Mastering.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request with { JobId = "" });
        if (await store.FindRecordAsync<ExportedTrack>(output.With(".json"), context.Stopping) is { } done) return done;
        throw new NotSupportedException("The exporter follows.");
    }
}
