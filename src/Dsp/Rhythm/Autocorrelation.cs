using System.Numerics;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>How alike a signal is to itself some time later: 1 at lag 0, 0 for noise. Unbiased: each lag's sum is divided by its number of terms.</summary>
sealed class Autocorrelation
{
    readonly double[] values;

    Autocorrelation(double[] values) => this.values = values;

    internal int LongestLag => values.Length - 1;

    /// <summary>Linear between whole lags; 0 beyond the longest.</summary>
    internal double At(double lag)
    {
        int whole = (int)lag;
        if (whole >= LongestLag) return whole == lag && whole == LongestLag ? values[whole] : 0;
        return values[whole] + ((lag - whole) * (values[whole + 1] - values[whole]));
    }

    /// <summary>Correlates signals of one length, one after the other; of an hour its scratch is large, so there is one for all.</summary>
    /// <param name="longestLag">Lags are measured up to here, or to three quarters of the signal.</param>
    internal sealed class Correlator(int length, int longestLag)
    {
        readonly int lags = Math.Min(longestLag, length * 3 / 4);
        readonly ComplexFft fft = new(SizeFor(length, longestLag));
        readonly float[] real = new float[SizeFor(length, longestLag)], imaginary = new float[SizeFor(length, longestLag)];

        internal Autocorrelation Of(ReadOnlySpan<double> signal)
        {
            Array.Clear(real);
            Array.Clear(imaginary);
            double mean = 0;
            foreach (double value in signal) mean += value / signal.Length;
            for (int i = 0; i < signal.Length; i++) real[i] = (float)(signal[i] - mean);
            fft.Forward(real, imaginary);
            for (int k = 0; k < fft.Size; k++) (real[k], imaginary[k]) = ((real[k] * real[k]) + (imaginary[k] * imaginary[k]), 0);
            fft.Inverse(real, imaginary);
            double[] values = new double[lags + 1];
            if (real[0] <= 0) return new(values);
            double power = (double)real[0] / signal.Length;
            for (int lag = 0; lag <= lags; lag++) values[lag] = real[lag] / (signal.Length - lag) / power;
            return new(values);
        }

        static int SizeFor(int length, int longestLag) => (int)BitOperations.RoundUpToPowerOf2((uint)(length + Math.Min(longestLag, length * 3 / 4) + 1));
    }
}
