namespace DgxMusic.Dsp.Loudness;

/// <summary>Decibels of linear amplitudes. Silence is <see cref="double.NegativeInfinity"/>.</summary>
public static class Decibels
{
    public static double FromLinear(double amplitude) => 20.0 * Math.Log10(Math.Abs(amplitude));

    public static double ToLinear(double decibels) => Math.Pow(10.0, decibels / 20.0);

    /// <summary>The figure as reports carry it: null for −∞.</summary>
    public static double? Reported(double decibels) => double.IsFinite(decibels) ? decibels : null;
}
