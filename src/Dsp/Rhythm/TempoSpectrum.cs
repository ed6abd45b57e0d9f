using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>How strongly onsets recur at each frequency: magnitudes of the envelope's Fourier transform over windows of up to 20 s, averaged. Grosche and Müller, IEEE TASLP 19(6), 2011.</summary>
sealed class TempoSpectrum
{
    const int Window = 2048;
    const int Size = 16384;
    const int Harmonics = 8;
    const double Finest = 0.0005;

    readonly float[] magnitudes = new float[(Size / 2) + 1];

    internal TempoSpectrum(ReadOnlySpan<double> envelope)
    {
        int window = Math.Min(Window, envelope.Length);
        float[] taper = Windows.Hann(window), padded = new float[Size], real = new float[(Size / 2) + 1], imaginary = new float[(Size / 2) + 1];
        var fft = new RealFft(Size);
        for (int from = 0; from + window <= envelope.Length; from += window / 2)
        {
            double mean = 0;
            for (int n = 0; n < window; n++) mean += envelope[from + n] / window;
            for (int n = 0; n < window; n++) padded[n] = (float)(envelope[from + n] - mean) * taper[n];
            fft.Forward(padded, real, imaginary);
            for (int k = 0; k < magnitudes.Length; k++) magnitudes[k] += MathF.Sqrt((real[k] * real[k]) + (imaginary[k] * imaginary[k]));
        }
    }

    /// <summary>The period near another one whose frequency and harmonics are strongest, to a twentieth of a percent.</summary>
    /// <param name="period">Frames.</param>
    /// <param name="widest">How far to look, as a part of the frequency.</param>
    internal double Refine(double period, double widest)
    {
        double best = -1, refined = period;
        for (double ratio = 1 - widest; ratio <= 1 + widest; ratio += Finest)
        {
            double sum = 0;
            for (int h = 1; h <= Harmonics; h++) sum += At(h * Size * ratio / period);
            if (sum > best) (best, refined) = (sum, period / ratio);
        }

        return refined;
    }

    double At(double place)
    {
        int whole = (int)place;
        return whole + 1 < magnitudes.Length ? magnitudes[whole] + ((place - whole) * (magnitudes[whole + 1] - magnitudes[whole])) : 0;
    }
}
