using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Pipeline.Tests.Orchestrations;

/// <summary>A model of short windows whose stems depend on the statistics that each came with, and add up to the mix.</summary>
sealed class WindowedSeparator : ISourceSeparator
{
    public const string Name = "windowed";

    public EngineFacts Facts { get; } = new(Name, "1", null, "float32", "cpu");

    public IReadOnlyList<string> Stems { get; } = ["drums", "vocals"];

    public bool IsInstalled => true;

    public bool StaysLoaded => true;

    public ISeparationModel Open(string title, EngineRun run) => new Model();

    sealed class Model : IWindowedModel
    {
        public string Name => WindowedSeparator.Name;

        public IReadOnlyList<string> Sources { get; } = ["drums", "vocals"];

        public int? SampleRateHz => null;

        public bool NeedsStatistics => true;

        public SegmentPlan PlanOf(SeparationSettings settings) => new(2_000, settings.Overlap);

        public void Separate(ReadOnlySpan<float> window, TrackStatistics heard, Span<float> stems, CancellationToken cancellation = default)
        {
            float share = (float)(heard.Deviation / (1 + heard.Deviation));
            for (int n = 0; n < window.Length; n++) (stems[n], stems[window.Length + n]) = (share * window[n], (1 - share) * window[n]);
        }

        public int StrideOf(int sampleRateHz, SeparationSettings settings) => PlanOf(settings).Stride;

        public long RunsOf(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => throw new NotSupportedException();

        public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => throw new NotSupportedException();

        public IStemStream Open(
            TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null) =>
            throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
