using DgxMusic.Audio.Analysis;
using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record MeasureRequest(string JobId, string Folder, BlobRef File) : IJobInput;

/// <summary>What was measured in the samples of a file; null with a warning where that failed.</summary>
public sealed record MeasuredTrack(TrackMetadata? Metadata, IReadOnlyList<string> Warnings)
{
    public static MeasuredTrack Failed(string reason) => new(null, [$"The track could not be analysed: {reason}"]);
}

/// <summary>Measures the file as anybody else would: from its samples, never from what was asked for.</summary>
public sealed class ExtractMetadata(IBlobStore store, JobMonitor monitor) : IActivity<MeasureRequest, MeasuredTrack>
{
    public static readonly Activity<MeasureRequest, MeasuredTrack> Definition =
        Activity<MeasureRequest, MeasuredTrack>.Of<ExtractMetadata>(version: 1, Lane.Cpu, JobStep.Measuring, Retry.Outage);

    public async Task<MeasuredTrack> RunAsync(MeasureRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Measuring, "Measuring tempo, key and loudness.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request with { JobId = "" }).With(".json");
        if (await store.FindRecordAsync<MeasuredTrack>(output, context.Stopping) is { } done) return done;

        await using Stream stream = await store.OpenReadAsync(request.File, context.Stopping)
            ?? throw new FileNotFoundException($"{request.File} is gone.");
        using var reader = new WavReader(stream, leaveOpen: true);
        TrackMetadata metadata = TrackAnalyzer.Analyze(reader, new AnalysisOptions { Bpm = true, Key = true }, stream.Length, null, context.Stopping);
        return await store.SaveRecordAsync(output, new MeasuredTrack(metadata, metadata.Warnings), context.Stopping);
    }
}
