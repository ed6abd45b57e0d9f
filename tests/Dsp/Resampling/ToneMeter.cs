using DgxMusic.Dsp.Resampling;

namespace DgxMusic.Dsp.Tests.Resampling;

/// <summary>Sends a cosine through a resampler and fits the same cosine to the middle of what comes out.</summary>
/// <param name="PowerDb">Of all that came out, against the tone that went in.</param>
/// <param name="ResidualDb">Of what is left when the fitted tone is taken away, against the tone that went in.</param>
sealed record ToneMeter(double GainDb, double DelaySamples, double PowerDb, double ResidualDb)
{
    internal static ToneMeter Measure(int inputRateHz, int outputRateHz, double frequencyHz, ResamplerQuality? quality = null)
    {
        var input = new AudioBuffer(inputRateHz, 1, inputRateHz / 4);
        for (int i = 0; i < input.Frames; i++) input[0][i] = (float)Math.Cos(2 * Math.PI * frequencyHz * i / inputRateHz);
        var output = Resampler.Convert(input, outputRateHz, quality);
        return Fit(output[0][(output.Frames / 4)..(3 * output.Frames / 4)], output.Frames / 4, 2 * Math.PI * frequencyHz / outputRateHz);
    }

    /// <summary>Least squares with cos and sin of the known frequency: two normal equations.</summary>
    static ToneMeter Fit(ReadOnlySpan<float> samples, int start, double radians)
    {
        double cc = 0, ss = 0, cs = 0, xc = 0, xs = 0, power = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(radians * (start + i));
            (cc, ss, cs) = (cc + (cosine * cosine), ss + (sine * sine), cs + (cosine * sine));
            (xc, xs, power) = (xc + (samples[i] * cosine), xs + (samples[i] * sine), power + ((double)samples[i] * samples[i]));
        }

        double determinant = (cc * ss) - (cs * cs);
        double a = ((xc * ss) - (xs * cs)) / determinant, b = ((xs * cc) - (xc * cs)) / determinant, residual = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(radians * (start + i));
            residual += Math.Pow(samples[i] - (a * cosine) - (b * sine), 2);
        }

        return new(Decibels((a * a) + (b * b)), Math.Atan2(b, a) / radians, Decibels(2 * power / samples.Length), Decibels(2 * residual / samples.Length));
    }

    static double Decibels(double power) => 10 * Math.Log10(power + 1e-40);
}
