using DgxMusic.Audio;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.Export;
using DgxMusic.Audio.Tagging;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Activities;

public sealed record ExportRequest(string JobId, string Folder, BlobRef Source, ExportOptions Options) : IJobInput
{
    /// <summary>As its owner calls the source; null where nobody said.</summary>
    public string? FileName { get; init; }

    /// <summary>Title, artist and the rest go on into the file; damaged ones with a warning.</summary>
    public bool KeepsTags { get; init; }
}

/// <summary>A mastered file.</summary>
/// <param name="BitDepth">Of the samples as they were coded; null where that loses some.</param>
public sealed record ExportedTrack(
    BlobRef File, LoudnessReport Loudness, int SampleRateHz, int Channels, long Frames, FileFormat Format, BitDepth? BitDepth, long Bytes, IReadOnlyList<string> Warnings)
{
    public static ExportedTrack Of(BlobRef file, MasteredTrack track) => new(
        file, track.Loudness, track.SampleRateHz, track.Channels, track.Frames, track.Format, track.IsLossless ? track.BitDepth : null, track.Bytes, track.Warnings);
}

/// <summary>Masters a mix: rate, loudness, bit depth.</summary>
public sealed class ExportAudio(IBlobStore store, JobMonitor monitor, DecoderOptions decoder) : IActivity<ExportRequest, ExportedTrack>
{
    public static readonly Activity<ExportRequest, ExportedTrack> Definition =
        Activity<ExportRequest, ExportedTrack>.Of<ExportAudio>(version: 3, Lane.Cpu, JobStep.Saving, Retry.Outage);

    public async Task<ExportedTrack> RunAsync(ExportRequest request, ActivityContext context)
    {
        await monitor.EnterAsync(request.JobId, JobStep.Saving, "Mastering.", context.Stopping);
        BlobRef output = BlobRef.ForWork(Definition, request.Folder, request with { JobId = "" });
        if (await store.FindRecordAsync<ExportedTrack>(output.With(".json"), context.Stopping) is { } done) return done;

        await using Stream source = await store.OpenReadAsync(request.Source, context.Stopping)
            ?? throw new FileNotFoundException($"{request.Source} is gone.");
        BlobRef name = output.With(FileFormats.ExtensionOf(request.Options.Format));
        await using BlobWriter file = await store.CreateAsync(name, context.Stopping);
        MasteredTrack track = Master(
            source, request.FileName, decoder, request.Options, request.KeepsTags, file.Stream, fraction => Report(request.JobId, fraction, context), context.Stopping);
        await file.CommitAsync(context.Stopping);
        return await store.SaveRecordAsync(output.With(".json"), ExportedTrack.Of(name, track), context.Stopping);
    }

    /// <summary>Masters one stream into another.</summary>
    /// <param name="source">A whole file at its start; seekable.</param>
    /// <param name="fileName">As its owner calls it; null where nobody said.</param>
    internal static MasteredTrack Master(
        Stream source, string? fileName, DecoderOptions decoder, ExportOptions options, bool keepsTags, Stream target, Action<double>? progress, CancellationToken cancel)
    {
        List<string> warnings = [];
        Tags tags = keepsTags ? AudioFile.ReadTags(source, decoder, warnings, cancel) : Tags.None;
        source.Position = 0;
        MasteredTrack track = TrackExporter.Export(
            SampleSource.OfStream(source, fileName, decoder, cancel), options, new ExportExtras { Tags = tags, Codec = decoder.Codec }, target, progress, cancel);
        return track with { Warnings = [.. track.Warnings, .. warnings] };
    }

    // The exporter is a pure, synchronous pass on a thread of its own, which may wait for its own report.
    void Report(string jobId, double fraction, ActivityContext context) => monitor
        .AdvanceAsync(jobId, JobStep.Saving, fraction, "Mastering.", (long)(fraction * 1000), context.Stopping).GetAwaiter().GetResult();
}
