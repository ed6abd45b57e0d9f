namespace DgxMusic.Dsp.Loudness;

/// <summary>A second-order section, (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²).</summary>
readonly record struct Biquad(double B0, double B1, double B2, double A1, double A2)
{
    /// <summary>|H|² at <paramref name="frequencyHz"/>.</summary>
    public double PowerGain(double frequencyHz, double sampleRateHz)
    {
        double phi = Phi(frequencyHz, sampleRateHz);
        return Power(B0, B1, B2, phi) / Power(1.0, A1, A2, phi);
    }

    /// <summary>sin²(ω/2), the variable in which the power of a second-order polynomial is a parabola.</summary>
    public static double Phi(double frequencyHz, double sampleRateHz)
    {
        double sine = Math.Sin(Math.PI * frequencyHz / sampleRateHz);
        return sine * sine;
    }

    /// <summary>|c0 + c1 z⁻¹ + c2 z⁻²|² on the unit circle.</summary>
    public static double Power(double c0, double c1, double c2, double phi)
    {
        double atZero = c0 + c1 + c2;
        double atNyquist = c0 - c1 + c2;
        return (atZero * atZero * (1.0 - phi)) + (atNyquist * atNyquist * phi) - (16.0 * c0 * c2 * phi * (1.0 - phi));
    }
}
