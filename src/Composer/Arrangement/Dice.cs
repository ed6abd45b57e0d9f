namespace DgxMusic.Composer.Arrangement;

/// <summary>Chance without a sequence: every draw is a pure function of the seed and the names that lead to it, so that a change in one part reshuffles no other.
/// Mixing is SplitMix64's finaliser (Steele, Lea, Flood, OOPSLA 2014); names enter by 64-bit FNV-1a.</summary>
readonly record struct Dice(ulong Node)
{
    public static Dice Of(ulong seed) => new(Mix(seed + 0x9E3779B97F4A7C15));

    public Dice At(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char c in name) hash = (hash ^ c) * 0x100000001B3;
        return new Dice(Mix(Node ^ hash));
    }

    public Dice At(int index) => new(Mix(Node + (0x9E3779B97F4A7C15 * (unchecked((ulong)(uint)index) + 1))));

    /// <summary>From 0 to below 1. The same node gives the same number: name each draw.</summary>
    public double Unit => (Mix(Node ^ 0xD1B54A32D192ED03) >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Unit < probability;

    public int Below(int count) => (int)(Unit * count);

    /// <summary>Both ends included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    public double Between(double low, double high) => low + (Unit * (high - low));

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
