using DgxMusic.Audio.Encoders;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Audio.Export;

/// <summary>
/// Masters a track into a file: rate, loudness, bit depth, format. Two passes over the source, up to four where a limiter rehearses, one more where
/// the header tells the loudness, each in blocks: memory does not grow with length, and the same samples and options give the same bytes.
/// </summary>
public static class TrackExporter
{
    /// <summary>The most channels an exported file has.</summary>
    public const int MostChannels = 2;

    internal const int BlockFrames = 1 << 14;

    /// <inheritdoc cref="Export(SampleSource, ExportOptions, ExportExtras, Stream, Action{double}?, CancellationToken)"/>
    public static MasteredTrack Export(
        SampleSource source, ExportOptions options, Stream target, Action<double>? progress = null, CancellationToken cancellation = default) =>
        Export(source, options, ExportExtras.None, target, progress, cancellation);

    /// <param name="target">Written forwards only, and left open. On a fault what it holds is not a file.</param>
    /// <param name="progress">Told the part that is done, 0 to 1, ascending.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: options out of range; <see cref="Problem.EmptyAudio"/>;
    /// <see cref="Problem.TooManyChannels"/>; <see cref="Problem.InvalidSamples"/>; whatever opening the source says; for formats other than WAV
    /// <see cref="Problem.DecoderMissing"/>: no ffmpeg, and <see cref="Problem.ExportFailed"/>.</exception>
    public static MasteredTrack Export(
        SampleSource source, ExportOptions options, ExportExtras extras, Stream target, Action<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ExportRules.Check(options);
        ExportRules.Check(extras, options.Format);
        var passes = new MasteringPasses(source, options, extras.Broadcast is null ? 0 : 1, BlockFrames, progress, cancellation);
        return Export(passes, options, extras, target, cancellation);
    }

    /// <inheritdoc cref="Export(SampleSource, ExportOptions, ExportExtras, Stream, Action{double}?, CancellationToken)"/>
    /// <param name="blockFrames">Frames taken at once; never changes a byte.</param>
    internal static MasteredTrack Export(SampleSource source, ExportOptions options, Stream target, int blockFrames) =>
        Export(new(source, options, 0, blockFrames, null, default), options, ExportExtras.None, target, default);

    static MasteredTrack Export(MasteringPasses track, ExportOptions options, ExportExtras extras, Stream target, CancellationToken cancellation)
    {
        var format = EncodedFormat.Of(options.Format);
        BitDepth codes = format?.FedDepth(options.BitDepth) ?? options.BitDepth;
        NormalizationPlan plan = Normalizer.Plan(track.Pass(), options with { BitDepth = codes });
        var file = new TrackFile(format, codes, plan.Input, extras);
        TrackLoudness? told = extras.Broadcast is null ? null : Heard(plan, track.Pass());

        NormalizationStage stage = plan.Open();
        using ISampleWriter writer = file.Open(target, told, track.SourceRateHz, cancellation);
        foreach (AudioBuffer block in track.LastPass()) writer.Write(stage.Process(block));
        writer.Write(stage.Complete());
        writer.Complete();
        track.TellEnd();
        IReadOnlyList<string> warnings = [.. track.Warnings, .. file.Warnings(stage.Output, options.SampleRateHz ?? track.SourceRateHz)];
        return new(stage.Report, options.Format, plan.Input.SampleRateHz, plan.Input.Channels, plan.Input.Frames, codes, writer.FileBytes, warnings);
    }

    /// <summary>A pass that nobody keeps: a header comes before the samples whose loudness it tells.</summary>
    static TrackLoudness Heard(NormalizationPlan plan, IEnumerable<AudioBuffer> track)
    {
        NormalizationStage stage = plan.Open();
        foreach (AudioBuffer block in track) stage.Process(block);
        stage.Complete();
        return stage.Output;
    }
}
