using DgxMusic.Dsp;

namespace DgxMusic.Models.Tests;

/// <summary>The music that the recorded models heard; see Golden/README.md.</summary>
static class GoldenSignal
{
    public static AudioBuffer Mix(int frames, int sampleRateHz, int channels, string noise)
    {
        var mix = new AudioBuffer(sampleRateHz, channels, frames);
        for (int channel = 0; channel < channels; channel++)
        {
            ulong hash = GoldenFormula.Hash($"{noise}.{channel}");
            for (int i = 0; i < frames; i++) mix[channel][i] = (float)(Music((double)i / sampleRateHz, channel) + (0.05 * GoldenFormula.Unit(hash, i)));
        }

        return mix;
    }

    /// <summary>‖a − b‖ over ‖b‖.</summary>
    public static double Distance(ReadOnlySpan<float> actual, ReadOnlySpan<float> recorded)
    {
        Assert.Equal(recorded.Length, actual.Length);
        (double difference, double size) = (0, 0);
        for (int i = 0; i < recorded.Length; i++) (difference, size) = (difference + Math.Pow((double)actual[i] - recorded[i], 2), size + Math.Pow(recorded[i], 2));
        return Math.Sqrt(difference / size);
    }

    static double Music(double t, int channel)
    {
        double beat = t - (Math.Floor(2 * t) / 2), gate = Math.Floor(4 * t) % 2 == 0 ? 1 : 0.25;
        return (0.20 * Math.Sin(2 * Math.PI * 110 * t)) + (0.15 * Math.Sin((2 * Math.PI * (440 + (7 * channel)) * t) + (0.3 * channel)))
            + (0.10 * gate * Math.Sin(2 * Math.PI * 1760.5 * t)) + (0.30 * Math.Exp(-30 * beat) * Math.Sin(2 * Math.PI * 60 * beat));
    }
}
