using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Tests.Separation;

/// <summary>A model that can be checked by hand: a part of the mix is vocals, a part drums, and the rest is nobody's.</summary>
sealed class HalvesModel(float vocals = 0.5f, float drums = 0.25f, int? sampleRateHz = null) : ISeparationModel
{
    public string Name => "halves";

    public IReadOnlyList<string> Sources { get; } = ["drums", "vocals"];

    public int? SampleRateHz => sampleRateHz;

    public bool NeedsStatistics => true;

    public TrackStatistics? Track { get; private set; }

    public int StrideOf(int sampleRateHz, SeparationSettings settings) => Plan(settings).Stride;

    public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => Plan(settings).RangeOf(span, track.Frames, 0).Heard;

    public IStemStream Open(
        TrackStatistics track, int rateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null)
    {
        Track = track;
        FrameSpan span = part?.Span ?? FrameSpan.All;
        return new WindowedSeparation(Plan(settings), rateHz, 2, 2, Take, finished, 0, span, HeardFor(span, track, rateHz, settings).From, null);

        float[] Take(float[] window)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(0.5);
            return [.. window.Select(sample => drums * sample), .. window.Select(sample => vocals * sample)];
        }
    }

    public void Dispose()
    {
    }

    static SegmentPlan Plan(SeparationSettings settings) => new(1_000, settings.Overlap);
}
