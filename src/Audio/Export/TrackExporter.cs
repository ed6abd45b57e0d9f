using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Audio.Export;

/// <summary>
/// Masters a track into a WAV file: rate, loudness, bit depth. Two passes over the source, up to four where a limiter rehearses, each in blocks:
/// memory does not grow with length, and the same samples and options give the same bytes.
/// </summary>
public static class TrackExporter
{
    /// <summary>The most channels an exported file has.</summary>
    public const int MostChannels = 2;

    internal const int BlockFrames = 1 << 14;

    /// <param name="target">Written forwards only, and left open. On a fault what it holds is not a file.</param>
    /// <param name="progress">Told the part that is done, 0 to 1, ascending.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: options out of range; <see cref="Problem.EmptyAudio"/>;
    /// <see cref="Problem.TooManyChannels"/>; <see cref="Problem.InvalidSamples"/>; whatever opening the source says.</exception>
    public static MasteredTrack Export(
        SampleSource source, ExportOptions options, Stream target, Action<double>? progress = null, CancellationToken cancellation = default) =>
        Export(source, options, target, BlockFrames, progress, cancellation);

    /// <inheritdoc cref="Export(SampleSource, ExportOptions, Stream, Action{double}?, CancellationToken)"/>
    /// <param name="blockFrames">Frames taken at once; never changes a byte.</param>
    internal static MasteredTrack Export(
        SampleSource source, ExportOptions options, Stream target, int blockFrames, Action<double>? progress, CancellationToken cancellation)
    {
        ExportRules.Check(options);
        var track = new MasteringPasses(source, options, blockFrames, progress, cancellation);
        NormalizationPlan plan = Normalizer.Plan(track.Pass(), options);

        TrackLoudness input = plan.Input;
        var layout = new WavLayout(input.SampleRateHz, input.Channels, options.BitDepth, input.Frames);
        NormalizationStage stage = plan.Open();
        using (var writer = new WavWriter(target, layout))
        {
            foreach (AudioBuffer block in track.LastPass()) writer.Write(stage.Process(block));
            writer.Write(stage.Complete());
            writer.Complete();
        }
        progress?.Invoke(1.0);
        return new(stage.Report, layout.SampleRateHz, layout.Channels, layout.Frames, layout.BitDepth, layout.FileBytes, track.Warnings);
    }
}
