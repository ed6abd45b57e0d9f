using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Peaks;

/// <summary>Smallest, largest and energy of samples in one pass.</summary>
static class PeakKernel
{
    // Energies add up in eight strands, sample i in strand i mod 8, whatever the machine's vectors hold.
    const int Strands = 8;

    /// <param name="samples">Finite; any number.</param>
    public static PeakBin Of(ReadOnlySpan<float> samples)
    {
        if (!Vector128.IsHardwareAccelerated || samples.Length < Strands) return OfScalar(samples);
        Vector256<float> least = Vector256.Create(samples), most = least;
        Vector512<double> energy = Vector512<double>.Zero;
        int i = 0;
        for (; i <= samples.Length - Strands; i += Strands)
        {
            Vector256<float> x = Vector256.Create(samples[i..]);
            (least, most) = (Vector256.Min(least, x), Vector256.Max(most, x));
            Vector512<double> wide = Vector512.Create(Vector256.WidenLower(x), Vector256.WidenUpper(x));
            energy += wide * wide;
        }

        Span<double> strands = stackalloc double[Strands];
        energy.CopyTo(strands);
        PeakBin rest = new(least[0], most[0], 0.0, samples.Length);
        for (int lane = 1; lane < Strands; lane++) rest = rest with { Least = Math.Min(rest.Least, least[lane]), Most = Math.Max(rest.Most, most[lane]) };
        return Finish(samples, i, rest, strands);
    }

    /// <summary>The definition of <see cref="Of"/>.</summary>
    internal static PeakBin OfScalar(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty) return default;
        Span<double> strands = stackalloc double[Strands];
        strands.Clear();
        return Finish(samples, 0, new(samples[0], samples[0], 0.0, samples.Length), strands);
    }

    static PeakBin Finish(ReadOnlySpan<float> samples, int start, PeakBin bin, Span<double> strands)
    {
        for (int i = start; i < samples.Length; i++)
        {
            float x = samples[i];
            bin = bin with { Least = Math.Min(bin.Least, x), Most = Math.Max(bin.Most, x) };
            strands[i % Strands] += (double)x * x;
        }

        double energy = 0.0;
        foreach (double strand in strands) energy += strand;
        return bin with { Energy = energy };
    }
}
