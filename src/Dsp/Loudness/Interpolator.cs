using System.Numerics;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// The signal between its samples, at sixteenths of a sample: a sinc under a Kaiser window of 80 dB, 24 samples to each side.
/// Flat within 0.001 dB up to 0.45 of the rate, half the amplitude at 0.5.
/// </summary>
static class Interpolator
{
    public const int Phases = 16;

    /// <summary>Samples needed before and after a point between samples.</summary>
    public const int Reach = 24;

    public const int Taps = 2 * Reach;

    const double KaiserBeta = 7.857;   // 0.1102 (80 − 8.7)

    // Phase p at [p * Taps], ascending in time; each phase sums to 1, so that a constant stays one.
    static readonly double[] Kernels = Design();
    static readonly float[] Half = [.. Kernels.Skip(8 * Taps).Take(Taps).Select(tap => (float)tap)];
    static readonly float[] FirstQuarter = [.. Kernels.Skip(4 * Taps).Take(Taps).Select(tap => (float)tap)];

    /// <summary>The value at <paramref name="phase"/> sixteenths after sample 23 of <paramref name="window"/>.</summary>
    /// <param name="window">At least 48 samples.</param>
    /// <param name="phase">0 to 15.</param>
    public static double At(ReadOnlySpan<float> window, int phase)
    {
        ReadOnlySpan<double> kernel = Kernels.AsSpan(phase * Taps, Taps);
        window = window[..Taps];
        (double a, double b, double c, double d) = (0.0, 0.0, 0.0, 0.0);
        for (int k = 0; k < Taps; k += 4)
        {
            a += kernel[k] * window[k];
            b += kernel[k + 1] * window[k + 1];
            c += kernel[k + 2] * window[k + 2];
            d += kernel[k + 3] * window[k + 3];
        }

        return (a + b) + (c + d);
    }

    /// <summary>Magnitudes halfway between samples: <c>halves[i]</c> lies between samples i + 23 and i + 24.</summary>
    /// <param name="samples">47 more than <paramref name="halves"/>.</param>
    /// <returns>The largest.</returns>
    public static float Halves(ReadOnlySpan<float> samples, Span<float> halves)
    {
        int i = 0;
        Vector<float> largest = Vector<float>.Zero;
        for (; Vector.IsHardwareAccelerated && i <= halves.Length - (2 * Vector<float>.Count); i += 2 * Vector<float>.Count)
        {
            // Two vectors of outputs at a time: one chain of sums alone would wait for itself.
            (Vector<float> first, Vector<float> second) = (Vector<float>.Zero, Vector<float>.Zero);
            for (int k = 0; k < Reach; k++)
            {
                var tap = new Vector<float>(Half[k]);
                ReadOnlySpan<float> before = samples.Slice(i + k, 2 * Vector<float>.Count);
                ReadOnlySpan<float> after = samples.Slice(i + Taps - 1 - k, 2 * Vector<float>.Count);
                first += tap * (new Vector<float>(before) + new Vector<float>(after));
                second += tap * (new Vector<float>(before[Vector<float>.Count..]) + new Vector<float>(after[Vector<float>.Count..]));
            }

            (first, second) = (Vector.Abs(first), Vector.Abs(second));
            largest = Vector.Max(largest, Vector.Max(first, second));
            first.CopyTo(halves[i..]);
            second.CopyTo(halves[(i + Vector<float>.Count)..]);
        }

        return Math.Max(Largest(largest), HalvesScalar(samples, halves, i));
    }

    /// <summary>The definition of <see cref="Halves"/>.</summary>
    internal static float HalvesScalar(ReadOnlySpan<float> samples, Span<float> halves, int start = 0)
    {
        float largest = 0f;
        for (int i = start; i < halves.Length; i++)
        {
            float sum = 0f;
            for (int k = 0; k < Reach; k++) sum += Half[k] * (samples[i + k] + samples[i + Taps - 1 - k]);
            halves[i] = Math.Abs(sum);
            largest = Math.Max(largest, halves[i]);
        }

        return largest;
    }

    /// <summary>Magnitudes one and three quarters between samples, aligned as <see cref="Halves"/>.</summary>
    /// <param name="samples">47 more than <paramref name="firsts"/> and <paramref name="thirds"/>.</param>
    /// <returns>The largest.</returns>
    public static float Quarters(ReadOnlySpan<float> samples, Span<float> firsts, Span<float> thirds)
    {
        int i = 0;
        Vector<float> largest = Vector<float>.Zero;
        for (; Vector.IsHardwareAccelerated && i <= firsts.Length - (2 * Vector<float>.Count); i += 2 * Vector<float>.Count)
        {
            (Vector<float> first, Vector<float> laterFirst) = (Vector<float>.Zero, Vector<float>.Zero);
            (Vector<float> third, Vector<float> laterThird) = (Vector<float>.Zero, Vector<float>.Zero);
            for (int k = 0; k < Taps; k++)
            {
                // Three quarters is one quarter seen from the other side.
                (Vector<float> tap, Vector<float> mirrored) = (new(FirstQuarter[k]), new(FirstQuarter[Taps - 1 - k]));
                ReadOnlySpan<float> lanes = samples.Slice(i + k, 2 * Vector<float>.Count);
                (Vector<float> now, Vector<float> later) = (new(lanes), new(lanes[Vector<float>.Count..]));
                (first, laterFirst) = (first + (tap * now), laterFirst + (tap * later));
                (third, laterThird) = (third + (mirrored * now), laterThird + (mirrored * later));
            }

            (first, laterFirst, third, laterThird) = (Vector.Abs(first), Vector.Abs(laterFirst), Vector.Abs(third), Vector.Abs(laterThird));
            largest = Vector.Max(largest, Vector.Max(Vector.Max(first, laterFirst), Vector.Max(third, laterThird)));
            first.CopyTo(firsts[i..]);
            laterFirst.CopyTo(firsts[(i + Vector<float>.Count)..]);
            third.CopyTo(thirds[i..]);
            laterThird.CopyTo(thirds[(i + Vector<float>.Count)..]);
        }

        return Math.Max(Largest(largest), QuartersScalar(samples, firsts, thirds, i));
    }

    /// <summary>The definition of <see cref="Quarters"/>.</summary>
    internal static float QuartersScalar(ReadOnlySpan<float> samples, Span<float> firsts, Span<float> thirds, int start = 0)
    {
        float largest = 0f;
        for (int i = start; i < firsts.Length; i++)
        {
            (float first, float third) = (0f, 0f);
            for (int k = 0; k < Taps; k++)
            {
                first += FirstQuarter[k] * samples[i + k];
                third += FirstQuarter[Taps - 1 - k] * samples[i + k];
            }

            (firsts[i], thirds[i]) = (Math.Abs(first), Math.Abs(third));
            largest = Math.Max(largest, Math.Max(firsts[i], thirds[i]));
        }

        return largest;
    }

    static float Largest(Vector<float> lanes)
    {
        float largest = 0f;
        for (int lane = 0; lane < Vector<float>.Count; lane++) largest = Math.Max(largest, lanes[lane]);
        return largest;
    }

    static double[] Design()
    {
        var kernels = new double[Phases * Taps];
        for (int phase = 0; phase < Phases; phase++)
        {
            Span<double> kernel = kernels.AsSpan(phase * Taps, Taps);
            double sum = 0.0;
            for (int k = 0; k < Taps; k++)
            {
                double distance = k - (Reach - 1) - ((double)phase / Phases);
                double inside = Math.Max(0.0, 1.0 - (distance / Reach * (distance / Reach)));
                double sinc = distance == 0.0 ? 1.0 : Math.Sin(Math.PI * distance) / (Math.PI * distance);
                kernel[k] = sinc * BesselI0(KaiserBeta * Math.Sqrt(inside)) / BesselI0(KaiserBeta);
                sum += kernel[k];
            }

            for (int k = 0; k < Taps; k++) kernel[k] /= sum;
        }

        return kernels;
    }

    /// <summary>Modified Bessel function of the first kind, order 0; its power series.</summary>
    static double BesselI0(double x)
    {
        (double sum, double term) = (1.0, 1.0);
        for (int k = 1; term > 1e-18 * sum; k++)
        {
            term *= x / (2.0 * k) * (x / (2.0 * k));
            sum += term;
        }

        return sum;
    }
}
