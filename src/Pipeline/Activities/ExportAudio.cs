using DgxMusic.Audio;
using DgxMusic.Audio.Export;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record ExportRequest(string JobId, string Folder, BlobRef Source, ExportOptions Options) : IJobInput
{
    /// <summary>As its owner calls the source; null where nobody said.</summary>
    public string? FileName { get; init; }
}

/// <summary>A mastered file.</summary>
public sealed record ExportedTrack(BlobRef File, LoudnessReport Loudness, int SampleRateHz, int Channels, long Frames, BitDepth BitDepth, long Bytes, IReadOnlyList<string> Warnings);

/// <summary>Masters a mix: rate, loudness, bit depth.</summary>
public sealed class ExportAudio(IBlobStore store, JobMonitor monitor) : IActivity<ExportRequest, ExportedTrack>
{
    public static readonly Activity<ExportRequest, ExportedTrack> Definition =
        Activity<ExportRequest, ExportedTrack>.Of<ExportAudio>(version: 2, Lane.Cpu, JobStep.Saving, Retry.Outage);

    public async Task<ExportedTrack> RunAsync(ExportRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Saving, "Mastering.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request with { JobId = "" });
        if (await store.FindRecordAsync<ExportedTrack>(output.With(".json"), context.Stopping) is { } done) return done;

        await using Stream source = await store.OpenReadAsync(request.Source, context.Stopping)
            ?? throw new FileNotFoundException($"{request.Source} is gone.");
        await using BlobWriter file = await store.CreateAsync(output.With(".wav"), context.Stopping);
        MasteredTrack track = TrackExporter.Export(
            SampleSource.OfStream(source, request.FileName, null, context.Stopping), request.Options, file.Stream, fraction => Report(request.JobId, fraction, context), context.Stopping);
        await file.CommitAsync(context.Stopping);
        var exported = new ExportedTrack(
            output.With(".wav"), track.Loudness, track.SampleRateHz, track.Channels, track.Frames, track.BitDepth, track.Bytes, track.Warnings);
        return await store.SaveRecordAsync(output.With(".json"), exported, context.Stopping);
    }

    // The exporter is a pure, synchronous pass on a thread of its own, which may wait for its own report.
    void Report(string jobId, double fraction, ActivityContext context) => monitor
        .AdvanceAsync(jobId, JobStep.Saving, fraction, "Mastering.", (long)(fraction * 1000), context.Stopping).GetAwaiter().GetResult();
}
