using System.Numerics;

namespace DgxMusic.Dsp.Resampling;

/// <summary>Outputs of ratios with too many phases for a table: the results of four neighbouring rows, joined by Lagrange's cubic.</summary>
sealed unsafe class InterpolatedKernel(PolyphaseFilter filter) : IPolyphaseKernel
{
    public int ChunkInputs => 4096;

    public void Run(ReadOnlySpan<float> window, long firstOutput, Span<float> output)
    {
        long chunkStart = firstOutput == 0 ? 0 : firstOutput * filter.Step / filter.Phases / ChunkInputs * ChunkInputs;
        Span<double> results = stackalloc double[4];
        fixed (float* samples = window, weights = filter.Weights)
        {
            for (int k = 0; k < output.Length; k++)
            {
                long place = (firstOutput + k) * filter.Step;
                float* inputs = samples + ((place / filter.Phases) - chunkStart);
                double position = (double)(place % filter.Phases) / filter.Phases * filter.Rows;
                int row = (int)position;
                if (Vector.IsHardwareAccelerated) FourRows(inputs, weights + (row * filter.Taps), filter.Taps, results);
                else FourRowsScalar(inputs, weights + (row * filter.Taps), filter.Taps, results);
                output[k] = (float)Cubic(results, position - row);
            }
        }
    }

    /// <summary>Through values at -1, 0, 1, 2, at <paramref name="u"/> between 0 and 1. Lagrange.</summary>
    internal static double Cubic(ReadOnlySpan<double> values, double u) =>
        (-u * (u - 1) * (u - 2) / 6 * values[0])
        + ((u + 1) * (u - 1) * (u - 2) / 2 * values[1])
        - ((u + 1) * u * (u - 2) / 2 * values[2])
        + ((u + 1) * u * (u - 1) / 6 * values[3]);

    /// <summary>The definition: Σ inputs · weights of four rows that follow each other, in double.</summary>
    internal static void FourRowsScalar(float* inputs, float* weights, int taps, Span<double> results)
    {
        for (int row = 0; row < 4; row++, weights += taps)
        {
            double sum = 0;
            for (int tap = 0; tap < taps; tap++) sum += (double)inputs[tap] * weights[tap];
            results[row] = sum;
        }
    }

    /// <summary>Differs from <see cref="FourRowsScalar"/> by at most taps · 2⁻²⁴ · Σ|inputs · weights|.</summary>
    /// <param name="taps">A multiple of 16, and so of every vector.</param>
    internal static void FourRows(float* inputs, float* weights, int taps, Span<double> results)
    {
        float* second = weights + taps, third = second + taps, fourth = third + taps;
        Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (int tap = 0; tap < taps; tap += Vector<float>.Count)
        {
            Vector<float> input = Vector.Load(inputs + tap);
            sum0 = Vector.MultiplyAddEstimate(input, Vector.Load(weights + tap), sum0);
            sum1 = Vector.MultiplyAddEstimate(input, Vector.Load(second + tap), sum1);
            sum2 = Vector.MultiplyAddEstimate(input, Vector.Load(third + tap), sum2);
            sum3 = Vector.MultiplyAddEstimate(input, Vector.Load(fourth + tap), sum3);
        }

        (results[0], results[1], results[2], results[3]) = (Vector.Sum(sum0), Vector.Sum(sum1), Vector.Sum(sum2), Vector.Sum(sum3));
    }
}
