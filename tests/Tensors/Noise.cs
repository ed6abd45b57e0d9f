namespace DgxMusic.Tensors.Tests;

/// <summary>Values in [-1, 1) that depend on a seed and their place alone (SplitMix64).</summary>
static class Noise
{
    internal static float[] Of(int seed, params ReadOnlySpan<int> shape)
    {
        long length = 1;
        foreach (int size in shape) length *= size;
        float[] values = new float[length];
        for (long i = 0; i < length; i++) values[i] = At(seed, i);
        return values;
    }

    static float At(int seed, long i)
    {
        ulong z = ((ulong)seed * 0xD1342543DE82EF95) + ((ulong)(i + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (float)(((z >> 40) / (double)(1 << 24) * 2) - 1);
    }
}
