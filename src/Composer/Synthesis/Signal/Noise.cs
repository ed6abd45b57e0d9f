using System.Numerics;

namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>Counter-based noise: every value is a pure function of a key and a counter.</summary>
static class Noise
{
    const uint Weyl = 0x9E3779B9, First = 0x7FEB352D, Second = 0x846CA68B;
    const float Scale = 1f / 2147483648f;

    /// <summary>Key of one stream, mixed from what identifies it (SplitMix64 finaliser; Steele, Lea, Flood 2014).</summary>
    public static uint Key(ulong seed, ulong part, ulong note, ulong use = 0)
    {
        ulong z = seed + (part * 0x9E3779B97F4A7C15) + (note * 0xD1B54A32D192ED03) + (use * 0x8CB92BA72F3D8DD7);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (uint)((z ^ (z >> 31)) >> 16);
    }

    public static uint Hash(uint key, uint counter)
    {
        uint x = (counter * Weyl) + key;
        x = (x ^ (x >> 16)) * First;
        x = (x ^ (x >> 15)) * Second;
        return x ^ (x >> 16);
    }

    /// <summary>Uniform in [−1, 1).</summary>
    public static float Signed(uint key, uint counter) => (int)Hash(key, counter) * Scale;

    /// <summary>Uniform in [0, 1).</summary>
    public static double Unit(uint key, uint counter) => Hash(key, counter) / 4294967296.0;

    /// <summary>White noise, uniform in [−1, 1): sample i has the counter <paramref name="counter"/> + i.</summary>
    public static void Fill(Span<float> samples, uint key, uint counter)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= samples.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            Vector<uint> x = (Vector.CreateSequence(counter + (uint)i, 1u) * Weyl) + new Vector<uint>(key);
            x = (x ^ (x >>> 16)) * First;
            x = (x ^ (x >>> 15)) * Second;
            x ^= x >>> 16;
            (Vector.ConvertToSingle(Vector.AsVectorInt32(x)) * Scale).CopyTo(samples[i..]);
        }

        for (; i < samples.Length; i++) samples[i] = Signed(key, counter + (uint)i);
    }
}
