using System.Text;

namespace DgxMusic.Models.Tests;

/// <summary>What every recorded weight has to be, by the name of its parameter; see Golden/README.md.</summary>
static class GoldenFormula
{
    /// <summary>The number before scaling, in [-1, 1).</summary>
    public static double Unit(ulong hash, long index)
    {
        unchecked
        {
            ulong z = hash + ((ulong)(index + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            return ((z >> 40) / 16_777_216.0 * 2) - 1;
        }
    }

    public static ulong Hash(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) hash = unchecked((hash ^ b) * 0x100000001b3);
        return hash;
    }

    public static float[] Fill(string name, IReadOnlyList<int> shape)
    {
        (double scale, double offset) = Rule(name, shape);
        ulong hash = Hash(name);
        float[] values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++) values[i] = (float)((Unit(hash, i) * scale) + offset);
        return values;
    }

    static (double Scale, double Offset) Rule(string name, IReadOnlyList<int> shape)
    {
        if (shape.Count < 2) return name.EndsWith(".scale", StringComparison.Ordinal) ? (0.05, 0.1) : name.EndsWith("weight", StringComparison.Ordinal) ? (0.1, 1) : (0.05, 0);
        double spread = Math.Sqrt(3.0 / shape.Skip(1).Aggregate(1, (product, size) => product * size));
        if (name.EndsWith("weight_g", StringComparison.Ordinal)) return (0.1, 1);
        if (name.Contains("embed_tokens", StringComparison.Ordinal)) return (4, 0);
        if (name.EndsWith("shared.weight", StringComparison.Ordinal)) return (1, 0);
        return name.EndsWith("SelfAttention.q.weight", StringComparison.Ordinal) ? (0.125 * spread, 0) : (spread, 0);
    }
}
