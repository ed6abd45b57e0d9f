using DgxMusic.Contracts;

namespace DgxMusic.Audio.Analysis;

/// <summary>Measures a track from its samples, in one pass over blocks.</summary>
public static class TrackAnalyzer
{
    /// <summary>A shorter track has no tempo.</summary>
    public const double LeastTempoSeconds = 4;

    internal const int BlockFrames = 1 << 14;

    /// <param name="track">Read to its end, except that a header is enough where nothing is to be measured; not disposed.</param>
    /// <param name="fileSizeBytes">Null for samples that came from no file.</param>
    /// <param name="progress">Told the part that is done, 0 to 1, ascending.</param>
    /// <returns>What was not asked for or is not to be had is null; a track of no frames has nulls and a warning.</returns>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>; <see cref="Problem.TooManyChannels"/>: loudness is defined for 8;
    /// whatever the reader says.</exception>
    public static TrackMetadata Analyze(
        ISampleReader track, AnalysisOptions options, long? fileSizeBytes = null, Action<double>? progress = null,
        CancellationToken cancellation = default)
    {
        IProbe[] probes = [.. Probes(track.Format, options)];
        return Analyze(track, probes, fileSizeBytes, BlockFrames, progress, cancellation);
    }

    /// <param name="blockFrames">Frames taken at once; never changes a figure.</param>
    internal static TrackMetadata Analyze(
        ISampleReader track, IReadOnlyList<IProbe> probes, long? fileSizeBytes, int blockFrames, Action<double>? progress,
        CancellationToken cancellation) =>
        new AnalysisPass(track.RefusingInvalidSamples(), probes, blockFrames, progress, cancellation).Run(fileSizeBytes);

    internal static IEnumerable<IProbe> Probes(AudioFormat format, AnalysisOptions options)
    {
        if (options.Stats) yield return new StatisticsProbe(format);
        if (options.Bpm || options.Key) yield return new MusicProbe(new MusicListener(format.SampleRateHz, options), options);
    }
}
