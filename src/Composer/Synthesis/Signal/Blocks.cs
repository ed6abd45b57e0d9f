namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>The grid that sound is computed on. It is fixed, so that samples do not depend on the block length a caller asks for.</summary>
static class Blocks
{
    /// <summary>Frames between two control values of a voice, counted from the note's own start; and the step of effects with feedback.</summary>
    public const int Tick = 64;

    /// <summary>Frames that a part renders at a time, counted from the start of the piece; a multiple of <see cref="Tick"/>.</summary>
    public const int Chunk = 1024;

    public static double Hertz(double pitch) => 440.0 * Math.Pow(2.0, (pitch - 69.0) / 12.0);

    public static double Decibels(double gainDb) => Math.Pow(10.0, gainDb / 20.0);

    /// <summary>Factor a sample of a decay that falls by 60 dB in the given time.</summary>
    public static double DecayFactor(double seconds, double rate) => Math.Pow(10.0, -3.0 / (Math.Max(seconds, 1e-4) * rate));
}
