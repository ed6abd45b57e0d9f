using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record ExportPublication(string JobId, ExportedTrack Track, BlobRef Target) : IJobInput;

/// <summary>A mastered upload.</summary>
public sealed record ExportResult(
    BlobRef File, LoudnessReport Loudness, double DurationSeconds, int SampleRateHz, int Channels, FileFormat Format, BitDepth? BitDepth, long FileSizeBytes, IReadOnlyList<string> Warnings) : IJobResult
{
    public static ExportResult Of(BlobRef file, ExportedTrack track) => new(
        file, track.Loudness, (double)track.Frames / track.SampleRateHz, track.SampleRateHz, track.Channels, track.Format, track.BitDepth, track.Bytes, track.Warnings);
}

/// <summary>Gives a mastered file its published name.</summary>
public sealed class PublishExport(IBlobStore store, JobMonitor monitor) : IActivity<ExportPublication, ExportResult>
{
    public static readonly Activity<ExportPublication, ExportResult> Definition =
        Activity<ExportPublication, ExportResult>.Of<PublishExport>(version: 1, Lane.Io, JobStep.Publishing, Retry.Outage);

    public async Task<ExportResult> RunAsync(ExportPublication request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Publishing, "Publishing.", context.Stopping);
        if (!await store.CopyAsync(request.Track.File, request.Target, context.Stopping)) throw new FileNotFoundException($"{request.Track.File} is gone.");
        return ExportResult.Of(request.Target, request.Track);
    }
}
