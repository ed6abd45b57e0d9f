namespace DgxMusic.Dsp.Tests.Sounds;

/// <summary>Chance as a pure function of a seed and of how often it was asked: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
sealed class Dice(ulong seed)
{
    ulong state = seed * 0xD1342543DE82EF95;

    /// <returns>0 to below 1.</returns>
    internal double Next()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    internal double Between(double low, double high) => low + ((high - low) * Next());

    internal bool Chance(double probability) => Next() < probability;

    internal T Of<T>(IReadOnlyList<T> choices) => choices[(int)(Next() * choices.Count)];
}
