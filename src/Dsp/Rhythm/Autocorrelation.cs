using System.Numerics;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>How alike a signal is to itself some time later: 1 at lag 0, 0 for noise. Unbiased: each lag's sum is divided by its number of terms.</summary>
sealed class Autocorrelation
{
    readonly double[] values;

    /// <param name="longestLag">Lags are measured up to here, or to three quarters of the signal.</param>
    internal Autocorrelation(ReadOnlySpan<double> signal, int longestLag)
    {
        int lags = Math.Min(longestLag, signal.Length * 3 / 4);
        double mean = 0;
        foreach (double value in signal) mean += value / signal.Length;
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)(signal.Length + lags + 1));
        float[] real = new float[size], imaginary = new float[size];
        for (int i = 0; i < signal.Length; i++) real[i] = (float)(signal[i] - mean);
        var fft = new ComplexFft(size);
        fft.Forward(real, imaginary);
        for (int k = 0; k < size; k++) (real[k], imaginary[k]) = ((real[k] * real[k]) + (imaginary[k] * imaginary[k]), 0);
        fft.Inverse(real, imaginary);
        values = new double[lags + 1];
        if (real[0] <= 0) return;
        double power = (double)real[0] / signal.Length;
        for (int lag = 0; lag <= lags; lag++) values[lag] = real[lag] / (signal.Length - lag) / power;
    }

    internal int LongestLag => values.Length - 1;

    /// <summary>Linear between whole lags; 0 beyond the longest.</summary>
    internal double At(double lag)
    {
        int whole = (int)lag;
        if (whole >= LongestLag) return whole == lag && whole == LongestLag ? values[whole] : 0;
        return values[whole] + ((lag - whole) * (values[whole + 1] - values[whole]));
    }
}
