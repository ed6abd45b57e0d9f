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

    public int Networks { get; init; } = 1;

    /// <summary>Thrown by the next load; null: it succeeds.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Done while it loads.</summary>
    public Action? WhileLoading { get; set; }

    /// <summary>Done while a network hears a window: its model, and the number of the run counted from 1.</summary>
    public Action<FakeModel, int>? WhileHearing { get; set; }

    public bool FailsToClose { get; init; }

    ISeparationModel ISourceSeparator.Open(string title, EngineRun run)
    {
        WhileLoading?.Invoke();
        if (Fault is { } fault) throw fault;
        var model = new FakeModel(this, title, run);
        Opened.Add(model);
        return model;
    }
}

sealed class FakeModel(FakeSeparator separator, string title, EngineRun run) : ISeparationModel
{
    const int Stride = 800;

    int runs;

    public string Title => title;

    public int Threads => run.Threads;

    public int Runs => runs;

    public bool IsDisposed { get; private set; }

    public string Name => separator.Facts.Name;

    public IReadOnlyList<string> Sources => separator.Stems;

    public int? SampleRateHz => 8000;

    public bool NeedsStatistics => false;

    public int Networks => separator.Networks;

    public int StrideOf(int sampleRateHz, SeparationSettings settings) => Stride;

    public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => span;

    public IStemStream Open(
        TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null) =>
        new Stream(this, (part?.Span.To ?? track.Frames) - (part?.Span.From ?? 0), finished, progress);

    public void Dispose()
    {
        IsDisposed = true;
        if (separator.FailsToClose) throw new IOException("The device is gone.");
    }

    /// <summary>Gives half of the mix as each stem, and hears a window for every stride of it.</summary>
    sealed class Stream(FakeModel model, long frames, Action<AudioBuffer[]> finished, Action<double>? progress) : IStemStream
    {
        readonly long windows = (frames + Stride - 1) / Stride;
        long heard, done;

        public void Process(AudioBuffer block)
        {
            heard += block.Frames;
            var half = new AudioBuffer(block.SampleRateHz, block.Channels, block.Frames);
            for (int channel = 0; channel < block.Channels; channel++)
            {
                for (int n = 0; n < block.Frames; n++) half[channel][n] = block[channel][n] / 2;
            }

            finished([.. model.Sources.Select(_ => half)]);
            HearUpTo(heard / Stride);
        }

        public void Complete() => HearUpTo(windows);

        void HearUpTo(long window)
        {
            for (; done < window; done++)
            {
                for (int n = 1; n <= model.Networks; n++)
                {
                    model.Hear();
                    progress?.Invoke((done + ((double)n / model.Networks)) / windows);
                }
            }
        }
    }

    void Hear()
    {
        runs++;
        separator.WhileHearing?.Invoke(this, runs);
    }
}
