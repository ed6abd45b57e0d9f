using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Resampling;

/// <summary>Outputs of filters deeper than float sums reach: weights and sums in double, one rounding at the end.</summary>
sealed class PreciseKernel(PolyphaseFilter filter) : IPolyphaseKernel
{
    const int Lanes = 16;

    public int ChunkInputs => 4096;

    public void Run(ReadOnlySpan<float> window, long firstOutput, Span<float> output)
    {
        long chunkStart = firstOutput == 0 ? 0 : firstOutput * filter.Step / filter.Phases / ChunkInputs * ChunkInputs;
        ReadOnlySpan<double> weights = filter.PreciseWeights;
        Span<double> results = stackalloc double[4];
        for (int k = 0; k < output.Length; k++)
        {
            long place = (firstOutput + k) * filter.Step;
            ReadOnlySpan<float> inputs = window.Slice((int)((place / filter.Phases) - chunkStart), filter.Taps);
            int phase = (int)(place % filter.Phases);
            if (filter.IsExact)
            {
                output[k] = (float)Dot(inputs, weights.Slice(phase * filter.Taps, filter.Taps));
                continue;
            }

            double position = (double)phase / filter.Phases * filter.Rows;
            int row = (int)position;
            for (int n = 0; n < results.Length; n++) results[n] = Dot(inputs, weights.Slice((row + n) * filter.Taps, filter.Taps));
            output[k] = (float)InterpolatedKernel.Cubic(results, position - row);
        }
    }

    /// <summary>Σ inputs · weights in sixteen lanes, which are added up at the end.</summary>
    /// <param name="inputs">A multiple of 16, as many as <paramref name="weights"/>.</param>
    internal static double Dot(ReadOnlySpan<float> inputs, ReadOnlySpan<double> weights)
    {
        if (!Vector128.IsHardwareAccelerated) return DotScalar(inputs, weights);
        Vector256<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (int tap = 0; tap < inputs.Length; tap += Lanes)
        {
            (Vector256<double> input0, Vector256<double> input1) = Vector256.Widen(Vector256.Create(inputs[tap..]));
            (Vector256<double> input2, Vector256<double> input3) = Vector256.Widen(Vector256.Create(inputs[(tap + 8)..]));
            sum0 += input0 * Vector256.Create(weights[tap..]);
            sum1 += input1 * Vector256.Create(weights[(tap + 4)..]);
            sum2 += input2 * Vector256.Create(weights[(tap + 8)..]);
            sum3 += input3 * Vector256.Create(weights[(tap + 12)..]);
        }

        Vector256<double> all = (sum0 + sum1) + (sum2 + sum3);
        return (all[0] + all[1]) + (all[2] + all[3]);
    }

    /// <summary>The definition of <see cref="Dot"/>.</summary>
    internal static double DotScalar(ReadOnlySpan<float> inputs, ReadOnlySpan<double> weights)
    {
        Span<double> sums = stackalloc double[Lanes];
        sums.Clear();
        for (int tap = 0; tap < inputs.Length; tap++) sums[tap % Lanes] += inputs[tap] * weights[tap];
        Span<double> all = stackalloc double[4];
        for (int lane = 0; lane < all.Length; lane++) all[lane] = (sums[lane] + sums[4 + lane]) + (sums[8 + lane] + sums[12 + lane]);
        return (all[0] + all[1]) + (all[2] + all[3]);
    }
}
