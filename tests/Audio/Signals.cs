using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests;

static class Signals
{
    /// <summary>White noise, uniform in ±amplitude: a pure function of the seed.</summary>
    public static AudioBuffer Noise(int sampleRateHz, int channels, int frames, double amplitude, ulong seed)
    {
        var buffer = new AudioBuffer(sampleRateHz, channels, frames);
        for (int channel = 0; channel < channels; channel++)
        {
            var samples = buffer[channel];
            for (int i = 0; i < frames; i++) samples[i] = (float)(amplitude * Uniform(seed + (ulong)channel * 1_000_003UL, (ulong)i));
        }
        return buffer;
    }

    public static AudioBuffer Sine(int sampleRateHz, int channels, double seconds, double frequencyHz, double amplitude)
    {
        var buffer = new AudioBuffer(sampleRateHz, channels, (int)Math.Round(seconds * sampleRateHz));
        for (int channel = 0; channel < channels; channel++)
        {
            var samples = buffer[channel];
            for (int i = 0; i < samples.Length; i++) samples[i] = (float)(amplitude * Math.Sin(2 * Math.PI * frequencyHz * i / sampleRateHz));
        }
        return buffer;
    }

    /// <summary>−1 to 1; SplitMix64 of seed and index.</summary>
    static double Uniform(ulong seed, ulong index)
    {
        ulong z = (seed * 0xD1342543DE82EF95UL) + ((index + 1) * 0x9E3779B97F4A7C15UL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return ((z ^ (z >> 31)) >> 11) * (2.0 / (1UL << 53)) - 1.0;
    }
}
