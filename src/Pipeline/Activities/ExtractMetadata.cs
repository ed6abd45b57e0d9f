using DgxMusic.Audio;
using DgxMusic.Audio.Analysis;
using DgxMusic.Audio.Decoding;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record MeasureRequest(string JobId, string Folder, BlobRef File) : IJobInput
{
    /// <summary>As its owner calls the file; null where nobody said.</summary>
    public string? FileName { get; init; }

    public MeasureOptions Options { get; init; } = new(Stats: true, Bpm: true, Key: true);
}

/// <summary>What is worth the time.</summary>
public sealed record MeasureOptions(bool Stats, bool Bpm, bool Key, bool Beats = false);

/// <summary>What was measured in the samples of a file; null with a warning where that failed.</summary>
public sealed record MeasuredTrack(TrackMetadata? Metadata, IReadOnlyList<string> Warnings)
{
    public static MeasuredTrack Failed(string reason) => new(null, [$"The track could not be analysed: {reason}"]);
}

/// <summary>Measures the file as anybody else would: from its samples, never from what was asked for.</summary>
public sealed class ExtractMetadata(IBlobStore store, JobMonitor monitor, DecoderOptions decoder) : IActivity<MeasureRequest, MeasuredTrack>
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
        using ISampleReader reader = AudioFile.Open(stream, request.FileName, decoder, leaveOpen: true, context.Stopping);
        MeasureOptions options = request.Options;
        TrackMetadata metadata = TrackAnalyzer.Analyze(
            reader, new(options.Stats, options.Bpm, options.Key, options.Beats), stream.Length, fraction => Report(request.JobId, fraction, context), context.Stopping);
        return await store.SaveRecordAsync(output, new MeasuredTrack(metadata, metadata.Warnings), context.Stopping);
    }

    // As the exporter, the analyser is a synchronous pass that may wait for its own report.
    void Report(string jobId, double fraction, ActivityContext context) => monitor
        .AdvanceAsync(jobId, JobStep.Measuring, fraction, "Measuring.", (long)(fraction * 1000), context.Stopping).GetAwaiter().GetResult();
}
