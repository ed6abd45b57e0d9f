using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.Pipeline.Tests.Memory;

/// <summary>An engine that plays two tones, one a stem.</summary>
public sealed class TonePlayer : IMusicGenerator
{
    public EngineFacts Facts { get; } = new(EngineRegistry.Composer, "1", null, "float32", "cpu");

    /// <summary>Called before each block with its number from 0.</summary>
    public Func<int, Task>? BeforeBlock { get; set; }

    /// <summary>Linear; what a defect or another machine would change.</summary>
    public float Gain { get; set; } = 1;

    public IMusicPerformance Prepare(GenerationRequest request, ulong seed) => new Tones(this, request.Duration, seed);

    sealed class Tones(TonePlayer player, double seconds, ulong seed) : IMusicPerformance
    {
        const int BlockFrames = 12_000;
        int played;

        public int SampleRateHz => 48_000;

        public int Channels => 2;

        public int SourceChannels => 2;

        public long Frames => (long)Math.Round(seconds * SampleRateHz, MidpointRounding.AwayFromZero);

        public IReadOnlyList<string> Stems => ["low", "high"];

        public byte[]? Midi => [1, 2, 3];

        public JsonElement Understood => JsonSerializer.SerializeToElement(new { tones = 2 });

        public MusicBlock? Render()
        {
            int start = played * BlockFrames, frames = (int)Math.Min(BlockFrames, Frames - start);
            if (frames <= 0) return null;
            player.BeforeBlock?.Invoke(played).GetAwaiter().GetResult();
            played++;
            AudioBuffer low = Tone(110 + (seed % 7), start, frames), high = Tone(880, start, frames), mix = new(SampleRateHz, 2, frames);
            for (int channel = 0; channel < 2; channel++)
            {
                for (int n = 0; n < frames; n++) mix[channel][n] = low[channel][n] + high[channel][n];
            }

            return new(mix, [low, high]);
        }

        public void Dispose()
        {
        }

        AudioBuffer Tone(double hz, int start, int frames)
        {
            var tone = new AudioBuffer(SampleRateHz, 2, frames);
            for (int n = 0; n < frames; n++) tone[0][n] = tone[1][n] = player.Gain * (float)(0.2 * Math.Sin(2 * Math.PI * hz * (start + n) / SampleRateHz));
            return tone;
        }
    }
}
