namespace DgxMusic.Dsp.Quantization;

/// <summary>
/// Triangular noise of 2 steps from peak to peak, added before rounding so that the error does not depend on the signal (Lipshitz,
/// Wannamaker, Vanderkooy: Quantization and Dither, JAES 40, 1992). A pure function of seed, channel and frame.
/// </summary>
/// <param name="Seed">Same seed, same noise.</param>
public readonly record struct Dither(ulong Seed)
{
    const float PerStep = 1f / (1 << 24);

    /// <summary>−1 to 1 steps; the difference of two independent uniform numbers.</summary>
    public float At(int channel, long frame)
    {
        ulong bits = Mix(Mix(Seed + ((ulong)(uint)channel * 0x9E3779B97F4A7C15)) ^ (ulong)frame);
        return ((int)(bits >> 40) - (int)((bits >> 16) & 0xFFFFFF)) * PerStep;
    }

    /// <summary>SplitMix64: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.</summary>
    static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
