using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Spectral;

/// <summary>The baseline without weights, as a model that can be chosen.</summary>
public sealed class SpectralModel : ISeparationModel
{
    public const string ModelName = "spectral";

    const int HopsInStride = 16;

    public string Name => ModelName;

    public IReadOnlyList<string> Sources { get; } = ["drums", "bass", "other", "vocals"];

    public int? SampleRateHz => null;

    public bool NeedsStatistics => false;

    public int StrideOf(int sampleRateHz, SeparationSettings settings) => HopsInStride * new SpectralSeparator(sampleRateHz, channels: 2).HopFrames;

    /// <summary>Its windows and medians look ahead, and it works a hop at a time.</summary>
    public int LatencyOf(int sampleRateHz)
    {
        var separator = new SpectralSeparator(sampleRateHz, channels: 2);
        return separator.DelayFrames + separator.HopFrames;
    }

    public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings)
    {
        // Twice the delay is more than the medians and windows around any frame reach to either side.
        var separator = new SpectralSeparator(sampleRateHz, channels: 2);
        long reach = 2L * separator.DelayFrames, from = Math.Max(0, span.From - reach) / separator.HopFrames * separator.HopFrames;
        return new(from, span.To > track.Frames - reach ? track.Frames : span.To + reach);
    }

    /// <inheritdoc/>
    /// <param name="settings">Left aside: there are no windows to place.</param>
    public IStemStream Open(
        TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null)
    {
        FrameSpan wanted = new(part?.Span.From ?? 0, Math.Min(part?.Span.To ?? track.Frames, track.Frames));
        return new Stream(new SpectralSeparator(sampleRateHz, channels: 2), HeardFor(wanted, track, sampleRateHz, settings).From, wanted, finished, progress, cancellation);
    }

    public void Dispose()
    {
    }

    /// <param name="heardFrom">The first frame of the track that comes.</param>
    sealed class Stream(
        SpectralSeparator separator, long heardFrom, FrameSpan wanted, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation) : IStemStream
    {
        public void Process(AudioBuffer block)
        {
            cancellation.ThrowIfCancellationRequested();
            Give(separator.Process(block));
        }

        public void Complete() => Give(separator.Flush());

        void Give(SpectralStems stems)
        {
            long first = heardFrom + stems.StartFrame;
            int skipped = (int)Math.Clamp(wanted.From - first, 0, stems.Frames), given = (int)Math.Clamp(wanted.To - first, 0, stems.Frames) - skipped;
            if (given <= 0) return;
            finished([.. ((AudioBuffer[])[stems.Drums, stems.Bass, stems.Other, stems.Vocals]).Select(stem => stem.Slice(skipped, given))]);
            progress?.Invoke((double)(first + skipped + given - wanted.From) / wanted.Frames);
        }
    }
}
