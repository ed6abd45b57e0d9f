using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Pipeline.Tests.Engines;

/// <summary>A separator that counts how often it is loaded and let go.</summary>
sealed class FakeSeparator(string name) : ISourceSeparator
{
    public List<FakeModel> Opened { get; } = [];

    public int Open => Opened.Count(model => !model.IsDisposed);

    public EngineFacts Facts { get; set; } = new(name, "1", "hash", "float32", "cpu");

    public IReadOnlyList<string> Stems => ["vocals", "other"];

    public bool IsInstalled => true;

    public bool StaysLoaded { get; init; } = true;

    /// <summary>Thrown by the next load; null: it succeeds.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Done while it loads.</summary>
    public Action? WhileLoading { get; set; }

    public bool FailsToClose { get; init; }

    ISeparationModel ISourceSeparator.Open(string title, EngineRun run)
    {
        WhileLoading?.Invoke();
        if (Fault is { } fault) throw fault;
        var model = new FakeModel(name, title, FailsToClose);
        Opened.Add(model);
        return model;
    }
}

sealed class FakeModel(string name, string title, bool failsToClose) : ISeparationModel
{
    public string Title => title;

    public bool IsDisposed { get; private set; }

    public string Name => name;

    public IReadOnlyList<string> Sources => ["vocals", "other"];

    public int? SampleRateHz => null;

    public bool NeedsStatistics => false;

    public IStemStream Open(
        TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null) =>
        throw new NotSupportedException("No track goes through this model.");

    public int StrideOf(int sampleRateHz, SeparationSettings settings) => 1;

    public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => span;

    public void Dispose()
    {
        IsDisposed = true;
        if (failsToClose) throw new IOException("The device is gone.");
    }
}
