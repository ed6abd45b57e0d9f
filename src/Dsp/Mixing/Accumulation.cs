using System.Numerics;

namespace DgxMusic.Dsp.Mixing;

/// <summary>Weighted sums of float32 samples in double.</summary>
static class Accumulation
{
    /// <summary>sums += samples · gain, each product and each sum rounded to double.</summary>
    /// <param name="sums">As long as <paramref name="samples"/>.</param>
    public static void Add(ReadOnlySpan<float> samples, double gain, Span<double> sums)
    {
        int i = 0, half = Vector<double>.Count;
        var gains = new Vector<double>(gain);
        for (; Vector.IsHardwareAccelerated && i <= samples.Length - (2 * half); i += 2 * half)
        {
            // Same operations as below, lane by lane, so both agree bit for bit.
            Vector.Widen(new Vector<float>(samples[i..]), out Vector<double> low, out Vector<double> high);
            Span<double> lanes = sums.Slice(i, 2 * half);
            (new Vector<double>(lanes) + (low * gains)).CopyTo(lanes);
            (new Vector<double>(lanes[half..]) + (high * gains)).CopyTo(lanes[half..]);
        }

        AddScalar(samples, gain, sums, start: i);
    }

    /// <summary>The definition of <see cref="Add"/>.</summary>
    internal static void AddScalar(ReadOnlySpan<float> samples, double gain, Span<double> sums, int start = 0)
    {
        for (int i = start; i < samples.Length; i++) sums[i] += samples[i] * gain;
    }

    /// <summary>Rounds to float32; beyond its range, to its largest.</summary>
    public static void Store(ReadOnlySpan<double> sums, Span<float> samples)
    {
        int i = 0, half = Vector<double>.Count;
        Vector<double> least = new(-float.MaxValue), most = new(float.MaxValue);
        for (; Vector.IsHardwareAccelerated && i <= samples.Length - (2 * half); i += 2 * half)
        {
            Vector<double> low = Vector.Min(Vector.Max(new Vector<double>(sums[i..]), least), most);
            Vector<double> high = Vector.Min(Vector.Max(new Vector<double>(sums[(i + half)..]), least), most);
            Vector.Narrow(low, high).CopyTo(samples[i..]);
        }

        StoreScalar(sums, samples, start: i);
    }

    /// <summary>The definition of <see cref="Store"/>.</summary>
    internal static void StoreScalar(ReadOnlySpan<double> sums, Span<float> samples, int start = 0)
    {
        for (int i = start; i < samples.Length; i++) samples[i] = (float)Math.Min(Math.Max(sums[i], -float.MaxValue), float.MaxValue);
    }
}
