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

    public IStemStream Open(TrackStatistics track, int rateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation)
    {
        Track = track;
        return new WindowedSeparation(new(1_000, settings.Overlap), rateHz, 2, 2, Take, finished);

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
}
