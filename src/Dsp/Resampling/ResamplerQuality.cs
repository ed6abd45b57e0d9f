namespace DgxMusic.Dsp.Resampling;

/// <summary>What a resampler promises, in fractions of the lower of the two Nyquist frequencies.</summary>
/// <param name="PassBand">Up to here the response is flat within the ripple that the stop band's depth implies (133 dB: 2e-6 dB).</param>
/// <param name="StopBand">From here on nothing passes.</param>
/// <param name="AttenuationDb">Depth of the stop band, at least 50.</param>
public sealed record ResamplerQuality(double PassBand, double StopBand, double AttenuationDb)
{
    /// <summary>Ripple below 0.001 dB to 0.91, -0.1 dB at 0.93, alias and image below -130 dB. For everything that is heard.</summary>
    public static readonly ResamplerQuality High = new(0.913, 1.0, 133);

    /// <summary>As <see cref="High"/>, with alias and image below -150 dB: what float samples can hold. Sums are in double, at a third of the speed.</summary>
    public static readonly ResamplerQuality VeryHigh = new(0.913, 1.0, 170);

    /// <summary>Alias below -80 dB and flat to 0.80: for analysis, where a dB decides nothing.</summary>
    public static readonly ResamplerQuality Analysis = new(0.80, 1.0, 80);

    /// <summary>Float sums of 200 terms end some 140 dB below the signal.</summary>
    const double DeepestInFloat = 140;

    internal bool IsPrecise => AttenuationDb > DeepestInFloat;
}
