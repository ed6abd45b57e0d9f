using System.Diagnostics;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Stands in for a Demucs model: parts of the mix that add up to it, at once and without weights. For tests of all that is around a model.</summary>
public sealed class MockSeparator(string name) : ISourceSeparator
{
    public EngineFacts Facts { get; } = new(name, MockMusicGenerator.MockVersion, null, "float32", "cpu");

    public IReadOnlyList<string> Stems { get; } = SeparatorRegistry.StemsOf(name);

    public bool IsInstalled => true;

    /// <summary>What it does is in the title of each track.</summary>
    public bool StaysLoaded => false;

    /// <exception cref="MockFaultException">The title's <c>[[fail:N]]</c> says that this attempt fails.</exception>
    public ISeparationModel Open(string title, EngineRun run)
    {
        MockHooks hooks = MockHooks.Read(title);
        hooks.Begin(run);
        return new Model(name, hooks.NoStems ? [] : [.. Stems.Where(stem => !hooks.NoVocals || stem != Contracts.SeparationRequest.Vocals)], hooks, run);
    }

    sealed class Model(string name, IReadOnlyList<string> sources, MockHooks hooks, EngineRun run) : ISeparationModel
    {
        public string Name => name;

        public IReadOnlyList<string> Sources => sources;

        public int? SampleRateHz => null;

        public bool NeedsStatistics => false;

        public int StrideOf(int sampleRateHz, SeparationSettings settings) => sampleRateHz;

        public FrameSpan HeardFor(FrameSpan span, TrackStatistics track, int sampleRateHz, SeparationSettings settings) => new(span.From, Math.Min(span.To, track.Frames));

        public IStemStream Open(
            TrackStatistics track, int sampleRateHz, SeparationSettings settings, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation, TrackPart? part = null) =>
            new Stream(sources, HeardFor(part?.Span ?? FrameSpan.All, track, sampleRateHz, settings).Frames, hooks, run, finished, progress, cancellation);

        public void Dispose()
        {
        }
    }

    sealed class Stream(
        IReadOnlyList<string> sources, long frames, MockHooks hooks, EngineRun run, Action<AudioBuffer[]> finished, Action<double>? progress, CancellationToken cancellation) : IStemStream
    {
        /// <summary>Of the mix; the last stem gets what is left.</summary>
        static readonly double[] shares = [0.3, 0.25, 0.2, 0.15, 0.07];

        readonly long began = Stopwatch.GetTimestamp();
        long done;

        public void Process(AudioBuffer block)
        {
            cancellation.ThrowIfCancellationRequested();
            hooks.CheckMemory(run);
            while (hooks.Nap(Stopwatch.GetElapsedTime(began), cancellation)) progress?.Invoke((double)done / frames);
            if (sources.Count > 0) finished(Split(block));
            done += block.Frames;
            progress?.Invoke((double)done / frames);
        }

        public void Complete() => cancellation.ThrowIfCancellationRequested();

        /// <summary>In double, the last stem rounded once: all add up to the mix within half a step of the last.</summary>
        AudioBuffer[] Split(AudioBuffer block)
        {
            AudioBuffer[] stems = [.. sources.Select(_ => new AudioBuffer(block.SampleRateHz, block.Channels, block.Frames))];
            for (int channel = 0; channel < block.Channels; channel++)
            {
                for (int n = 0; n < block.Frames; n++)
                {
                    double rest = block[channel][n];
                    for (int stem = 0; stem < stems.Length - 1; stem++)
                    {
                        stems[stem][channel][n] = (float)(shares[stem] * block[channel][n]);
                        rest -= stems[stem][channel][n];
                    }

                    stems[^1][channel][n] = (float)rest;
                }
            }

            return stems;
        }
    }
}
