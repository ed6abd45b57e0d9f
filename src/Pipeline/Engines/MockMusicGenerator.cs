using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Definitions;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Stands in for a MusicGen model: a drone and plucked notes that follow from the request, at once and without weights. For tests of all that is around a model.</summary>
public sealed class MockMusicGenerator(string name) : IMusicGenerator
{
    /// <summary>The version in every manifest of a mock.</summary>
    public const string MockVersion = "mock";

    const int SampleRateHz = 32_000, BlockFrames = SampleRateHz / 2;

    public EngineFacts Facts { get; } = new(name, MockVersion, null, "float32", "cpu");

    public IMusicPerformance Prepare(GenerationRequest request, ulong seed) => Prepare(request, seed, new());

    /// <exception cref="MockFaultException">The prompt's <c>[[fail:N]]</c> says that this attempt fails.</exception>
    public IMusicPerformance Prepare(GenerationRequest request, ulong seed, EngineRun run)
    {
        MockHooks hooks = MockHooks.Read(request.Prompt);
        hooks.Begin(run);
        string identity = JsonSerializer.Serialize(
            new { Facts.Name, request.Prompt, request.Duration, seed, request.Bpm, request.Key, request.Temperature, request.TopK, request.TopP, request.CfgCoef, run.PromptAudioSha256 }, Payload.Options);
        return new Performance(SHA256.HashData(Encoding.UTF8.GetBytes(identity)), AudioBuffer.FramesIn(request.Duration, SampleRateHz), hooks, run);
    }

    sealed class Performance(byte[] dice, long frames, MockHooks hooks, EngineRun run) : IMusicPerformance
    {
        // Together below full scale, whatever is thrown.
        const double DroneLevel = 0.2, NoteLevel = 0.5, AttackSeconds = 0.005, DecaysPerSecond = 4, LowestHz = 110;

        /// <summary>Semitones of the minor pentatonic scale over two octaves.</summary>
        static readonly int[] scale = [0, 3, 5, 7, 10, 12, 15, 17, 19, 22, 24];

        readonly double rootHz = LowestHz * Math.Pow(2, dice[0] % 12 / 12.0), noteSeconds = 30.0 / (80 + (dice[1] % 60));
        readonly long began = Stopwatch.GetTimestamp();
        long played;

        public int SampleRateHz => MockMusicGenerator.SampleRateHz;

        public int Channels => 2;

        public int SourceChannels => 1;

        public long Frames => frames;

        public IReadOnlyList<string> Stems => [];

        public byte[]? Midi => null;

        public JsonElement Understood { get; } = JsonSerializer.SerializeToElement(new { mock = true });

        public MusicBlock? Render()
        {
            hooks.CheckMemory(run);
            // An empty block: who plays it looks whether anybody still wants the rest.
            if (hooks.Nap(Stopwatch.GetElapsedTime(began), run.Stopping)) return new(new AudioBuffer(SampleRateHz, 2, 0), []);
            int count = (int)Math.Min(BlockFrames, frames - played);
            if (count == 0) return null;
            float[] mono = new float[count];
            for (int n = 0; n < count; n++) mono[n] = (float)SampleAt((double)(played + n) / SampleRateHz);
            played += count;
            return new(new AudioBuffer(SampleRateHz, [mono, [.. mono]]), []);
        }

        public void Dispose()
        {
        }

        double SampleAt(double seconds)
        {
            long note = (long)(seconds / noteSeconds);
            double since = seconds - (note * noteSeconds), hz = rootHz * 2 * Math.Pow(2, scale[dice[note % dice.Length] % scale.Length] / 12.0);
            double envelope = Math.Min(1, since / AttackSeconds) * Math.Exp(-DecaysPerSecond * since);
            return (DroneLevel * Math.Sin(2 * Math.PI * rootHz * seconds)) + (NoteLevel * envelope * Math.Sin(2 * Math.PI * hz * since));
        }
    }
}
