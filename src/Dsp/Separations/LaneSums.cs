using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Separations;

/// <summary>Sums of products in double, in eight lanes by the sample's number: vectors and the plain loop add the same numbers in the same order.</summary>
static class LaneSums
{
    const int Lanes = 8;

    public static double Squares(ReadOnlySpan<float> samples) => Products(samples, samples);

    /// <summary>Σ x y. Off by at most length/8 · 2⁻⁵³ · Σ |x y|; a product of two float32 is exact in double.</summary>
    /// <param name="second">As long as <paramref name="first"/>.</param>
    public static double Products(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        second = second[..first.Length];
        Span<double> sums = stackalloc double[Lanes];
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            Vector256<double> low = Vector256<double>.Zero, high = Vector256<double>.Zero;
            for (; i <= first.Length - Lanes; i += Lanes)
            {
                (Vector256<double> xLow, Vector256<double> xHigh) = Vector256.Widen(Vector256.Create(first.Slice(i, Lanes)));
                (Vector256<double> yLow, Vector256<double> yHigh) = Vector256.Widen(Vector256.Create(second.Slice(i, Lanes)));
                low += xLow * yLow;
                high += xHigh * yHigh;
            }

            low.CopyTo(sums);
            high.CopyTo(sums[(Lanes / 2)..]);
        }

        return Products(first, second, sums, start: i);
    }

    /// <summary>The definition of <see cref="Products(ReadOnlySpan{float}, ReadOnlySpan{float})"/>.</summary>
    internal static double ProductsScalar(ReadOnlySpan<float> first, ReadOnlySpan<float> second) =>
        Products(first, second, stackalloc double[Lanes], start: 0);

    static double Products(ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<double> sums, int start)
    {
        for (int i = start; i < first.Length; i++) sums[i % Lanes] += (double)first[i] * second[i];
        double sum = 0;
        foreach (double lane in sums) sum += lane;
        return sum;
    }
}
