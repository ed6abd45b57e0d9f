namespace DgxMusic.Models.Spectral;

/// <summary>Curves over frequency, one gain a bin.</summary>
static class Gains
{
    /// <summary>Added to powers before dividing by them: 0/0 becomes 0. Far below the power of one float32 step.</summary>
    public const float Silence = 1e-30f;

    /// <summary>Falls from 1 to 0 as a squared cosine over the logarithm of frequency.</summary>
    public static float[] Below(int bins, int sampleRateHz, double fromHz, double toHz) =>
        [.. Enumerable.Range(0, bins).Select(bin => (float)FallAt(bin * sampleRateHz / (2.0 * (bins - 1)), fromHz, toHz))];

    /// <summary>1 between two frequencies; the slopes are half an octave wide on each side of them.</summary>
    public static float[] Between(int bins, int sampleRateHz, double lowHz, double highHz)
    {
        double slope = Math.Sqrt(2);
        float[] low = Below(bins, sampleRateHz, lowHz / slope, lowHz * slope), high = Below(bins, sampleRateHz, highHz / slope, highHz * slope);
        return [.. low.Zip(high, (below, upTo) => upTo * (1 - below))];
    }

    static double FallAt(double hertz, double fromHz, double toHz)
    {
        double position = Math.Log(Math.Max(hertz, 1e-9) / fromHz) / Math.Log(toHz / fromHz);
        return 0.5 + (0.5 * Math.Cos(Math.PI * Math.Clamp(position, 0, 1)));
    }
}
