namespace DgxMusic.Dsp.Tests.Spectrum;

/// <summary>The transform as it is defined, in double: what the fast ones are held against.</summary>
static class Dft
{
    internal static (double[] Real, double[] Imaginary) Of(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary)
    {
        int size = real.Length;
        double[] cosines = [.. Enumerable.Range(0, size).Select(i => Math.Cos(2 * Math.PI * i / size))];
        double[] sines = [.. Enumerable.Range(0, size).Select(i => Math.Sin(2 * Math.PI * i / size))];
        double[] sumReal = new double[size], sumImaginary = new double[size];
        for (int k = 0; k < size; k++)
        {
            for (int n = 0; n < size; n++)
            {
                int turn = (int)((long)k * n % size);
                sumReal[k] += (real[n] * cosines[turn]) + (imaginary[n] * sines[turn]);
                sumImaginary[k] += (imaginary[n] * cosines[turn]) - (real[n] * sines[turn]);
            }
        }

        return (sumReal, sumImaginary);
    }

    /// <summary>√(Σ|a - b|² / Σ|b|²).</summary>
    internal static double RelativeError(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, double[] trueReal, double[] trueImaginary)
    {
        double error = 0, power = 0;
        for (int k = 0; k < real.Length; k++)
        {
            error += Math.Pow(real[k] - trueReal[k], 2) + Math.Pow(imaginary[k] - trueImaginary[k], 2);
            power += Math.Pow(trueReal[k], 2) + Math.Pow(trueImaginary[k], 2);
        }

        return Math.Sqrt(error / power);
    }

    internal static float[] Noise(int size, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, size).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
