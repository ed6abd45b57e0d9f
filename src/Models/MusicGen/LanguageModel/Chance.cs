namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>
/// Chance without a sequence: a number is a pure function of what it is for, so that work may be cut and repeated anywhere.
/// SplitMix64: Steele, Lea, Flood, OOPSLA 2014.
/// </summary>
/// <param name="Node">Which of several pieces of music that share a seed.</param>
public readonly record struct Chance(ulong Seed, ulong Node = 0)
{
    const double PerStep = 1.0 / (1UL << 53);

    /// <summary>From 0 to below 1.</summary>
    public double At(int step, int codebook) => (Mix(Mix(Mix(Mix(Seed) ^ Node) ^ (uint)step) ^ (uint)codebook) >> 11) * PerStep;

    static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
