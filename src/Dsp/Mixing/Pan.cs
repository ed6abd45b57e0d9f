namespace DgxMusic.Dsp.Mixing;

/// <summary>Gains of a signal in the left and the right channel; linear.</summary>
/// <param name="Left">Of a mono signal, or of the left channel.</param>
/// <param name="Right">Of a mono signal, or of the right channel.</param>
readonly record struct Pan(double Left, double Right)
{
    /// <summary>
    /// √2 cos θ and √2 sin θ, θ from 0 to π/2: as loud at every place, and at the centre a plain copy into both channels. At either end that
    /// is 3 dB more in one channel, and none in the other.
    /// </summary>
    /// <param name="position">−1, left, to 1, right.</param>
    public static Pan OfMono(double position)
    {
        (double sine, double cosine) = Math.SinCos(Math.PI / 4.0 * (1.0 + position));
        return new(position >= 1.0 ? 0.0 : Math.Sqrt(2.0) * cosine, position <= -1.0 ? 0.0 : Math.Sqrt(2.0) * sine);
    }

    /// <summary>Balance: the nearer side stays as it is, the other fades as a cosine.</summary>
    /// <inheritdoc cref="OfMono"/>
    public static Pan OfStereo(double position) => new(Fading(position), Fading(-position));

    static double Fading(double towards) => towards switch
    {
        <= 0.0 => 1.0,
        >= 1.0 => 0.0,
        _ => Math.Cos(Math.PI / 2.0 * towards),
    };
}
