using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Pipeline.Tests.Separations;

/// <summary>
/// A separator that hears overlapping windows as networks do, but can be checked by hand: each stem is a share of the mix, another one in every window, so that
/// a window that is put elsewhere, left out or heard twice is found in the samples.
/// </summary>
sealed class WindowedFake(string name = "htdemucs") : ISourceSeparator
{
    public const int RateHz = 8000, WindowFrames = 1000;

    public EngineFacts Facts { get; init; } = new(name, "1", "hash", "float32", "cuda");

    public IReadOnlyList<string> Stems { get; init; } = ["drums", "vocals"];

    /// <summary>What the model gives; null: as it is announced.</summary>
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>Of each source in the mix, on the GPU.</summary>
    public IReadOnlyList<float> Shares { get; init; } = [0.25f, 0.5f];

    /// <summary>What the processor gives in their place, as a factor.</summary>
    public float OnCpuGives { get; init; } = 1;

    /// <summary>As many as it says; each window is told so often. Twenty are taken for half a minute of work.</summary>
    public int Networks { get; init; } = 1;

    public bool IsInstalled => true;

    public bool StaysLoaded => true;

    /// <summary>Called before it loads, told whether on the processor.</summary>
    public Action<bool>? BeforeLoad { get; set; }

    /// <summary>Called before a window is heard, told whether on the processor.</summary>
    public Action<bool, long>? BeforeWindow { get; set; }

    /// <summary>Windows heard, in that order.</summary>
    public List<(bool OnCpu, long Window)> Heard { get; } = [];

    public int Open { get; private set; }

    ISeparationModel ISourceSeparator.Open(string title, EngineRun run)
    {
        BeforeLoad?.Invoke(run.OnCpu);
        Open++;
        return new Model(this, run.OnCpu);
    }

    sealed class Model(WindowedFake fake, bool onCpu) : IWindowedModel
    {
        public string Name => fake.Facts.Name;

        public IReadOnlyList<string> Sources => fake.Sources ?? fake.Stems;

        public int? SampleRateHz => RateHz;

        public bool NeedsStatistics => true;

        public int Networks => fake.Networks;

        public SegmentPlan PlanOf(SeparationSettings settings) => new(WindowFrames, settings.Overlap);

        public int StrideOf(int sampleRateHz, SeparationSettings settings) => PlanOf(settings).Stride;

        public void Separate(ReadOnlySpan<float> window, TrackStatistics heard, Span<float> stems, CancellationToken cancellation = default) =>
            throw new NotSupportedException("Tracks come in blocks here.");

        public long RunsOf(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings)
        {
            (long first, long last) = WindowsOf(span, track, StrideOf(sampleRateHz, settings));
            return (last - first + 1) * Networks;
        }

        public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings)
        {
            int stride = StrideOf(sampleRateHz, settings);
            (long first, long last) = WindowsOf(span, track, stride);
            return new(first * stride, Math.Min(track.Frames, (last * stride) + WindowFrames));
        }

        public IStemStream Open(
            TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null)
        {
            FrameSpan span = part?.Span ?? new(0, track.Frames);
            return new Windows(this, PlanOf(settings), span, HeardFor(span, track, sampleRateHz, settings), WindowsOf(span, track, StrideOf(sampleRateHz, settings)), part?.Windows, finished, progress);
        }

        public void Dispose() => fake.Open--;

        static (long First, long Last) WindowsOf(FrameSpan span, TrackStatistics track, int stride)
        {
            long to = Math.Min(span.To, track.Frames);
            return (span.From < WindowFrames ? 0 : ((span.From - WindowFrames) / stride) + 1, (to - 1) / stride);
        }

        /// <returns>(sources, 2, T)</returns>
        float[] Hear(long window, ReadOnlySpan<float> heard)
        {
            fake.BeforeWindow?.Invoke(onCpu, window);
            fake.Heard.Add((onCpu, window));
            float[] stems = new float[Sources.Count * heard.Length];
            for (int source = 0; source < Sources.Count; source++)
            {
                float share = fake.Shares[source] * (1 + (window % 3 / 8f)) * (onCpu ? fake.OnCpuGives : 1);
                for (int n = 0; n < heard.Length; n++) stems[(source * heard.Length) + n] = share * heard[n];
            }

            return stems;
        }

        sealed class Windows(
            Model model, SegmentPlan plan, FrameSpan span, FrameSpan heard, (long First, long Last) range, IWindowStore? store, Action<AudioBuffer[]> finished, Action<double>? progress) : IStemStream
        {
            readonly float[][] mix = [new float[heard.Frames], new float[heard.Frames]];
            int received;

            public void Process(AudioBuffer block)
            {
                for (int channel = 0; channel < 2; channel++) block[channel].CopyTo(mix[channel].AsSpan(received));
                received += block.Frames;
            }

            public void Complete()
            {
                Assert.Equal(heard.Frames, received);
                float[] weights = plan.Weights();
                double[][] sums = [.. Enumerable.Range(0, model.Sources.Count * 2).Select(_ => new double[heard.Frames])];
                double[] weightSums = new double[heard.Frames];
                for (long window = range.First; window <= range.Last; window++)
                {
                    long begin = window * plan.Stride;
                    float[] stems = Stems(window, begin);
                    for (int n = 0; n < WindowFrames && begin + n < heard.To; n++)
                    {
                        int at = (int)(begin + n - heard.From);
                        for (int line = 0; line < sums.Length; line++) sums[line][at] += weights[n] * stems[(line * WindowFrames) + n];
                        weightSums[at] += weights[n];
                    }

                    long end = window == range.Last ? span.To : begin + plan.Stride;
                    Give(Math.Max(span.From, begin), Math.Min(span.To, end), sums, weightSums);
                    long done = (window - range.First) * model.Networks, all = (range.Last - range.First + 1) * model.Networks;
                    for (int network = 1; network <= model.Networks; network++) progress?.Invoke((double)(done + network) / all);
                }
            }

            float[] Stems(long window, long begin)
            {
                float[]? found = begin < span.From ? store?.Find(0, window) : null;
                float[] stems = found ?? model.Hear(window, WindowAt(begin));
                if (begin + WindowFrames > span.To) store?.Keep(0, window, stems);
                return [.. stems];
            }

            float[] WindowAt(long begin)
            {
                float[] window = new float[2 * WindowFrames];
                int from = (int)(begin - heard.From), count = (int)Math.Min(WindowFrames, heard.Frames - from);
                for (int channel = 0; channel < 2; channel++) mix[channel].AsSpan(from, count).CopyTo(window.AsSpan(channel * WindowFrames));
                return window;
            }

            void Give(long from, long to, double[][] sums, double[] weightSums)
            {
                if (to <= from) return;
                AudioBuffer[] stems = [.. model.Sources.Select(_ => new AudioBuffer(RateHz, 2, (int)(to - from)))];
                for (int line = 0; line < sums.Length; line++)
                {
                    Span<float> samples = stems[line / 2][line % 2];
                    for (int n = 0; n < samples.Length; n++) samples[n] = (float)(sums[line][from + n - heard.From] / weightSums[from + n - heard.From]);
                }

                if (stems.Length > 0) finished(stems);
            }
        }
    }
}
