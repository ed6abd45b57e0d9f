using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Spectral;

/// <summary>The baseline without weights, as a model that can be chosen.</summary>
public sealed class SpectralModel : ISeparationModel
{
    public const string ModelName = "spectral";

    public string Name => ModelName;

    public IReadOnlyList<string> Sources { get; } = ["drums", "bass", "other", "vocals"];

    public int? SampleRateHz => null;

    public bool NeedsStatistics => false;

    /// <inheritdoc/>
    /// <param name="settings">Left aside: there are no windows to place.</param>
    public IStemStream Open(
        TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation) =>
        new Stream(new SpectralSeparator(sampleRateHz, channels: 2), track.Frames, finished, progress, cancellation);

    public void Dispose()
    {
    }

    sealed class Stream(SpectralSeparator separator, long frames, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation) : IStemStream
    {
        public void Process(AudioBuffer block)
        {
            cancellation.ThrowIfCancellationRequested();
            Give(separator.Process(block));
        }

        public void Complete() => Give(separator.Flush());

        void Give(SpectralStems stems)
        {
            if (stems.Frames == 0) return;
            finished([stems.Drums, stems.Bass, stems.Other, stems.Vocals]);
            progress?.Invoke((double)(stems.StartFrame + stems.Frames) / frames);
        }
    }
}
