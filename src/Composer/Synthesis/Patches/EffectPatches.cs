using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>What marks the borders of sections.</summary>
static class EffectPatches
{
    public static readonly Instrument Riser = Effect(new(500, 9000, 1.8, 0.35, 48, 72));

    public static readonly Instrument Downlifter = Effect(new(7000, 180, -1.5, 0.2, 60, 36) { ReleaseSeconds = 0.4 });

    public static readonly Instrument NoiseSweep = Effect(new(400, 8000, 0.6, 0, 60, 60) { Returns = true, Q = 1.6 });

    public static readonly Instrument Impact = new(rate => new ModalVoice(
        new(StrikeImpact, 24, new EnvelopeShape(0.001, 1, 1, 0.8)) { Knock = 0.8, KnockHz = 320, KnockSeconds = 0.7 }, rate))
    {
        Polyphony = 4, Drive = 0.3, Body = [rate => FilterCoefficients.Lowpass(2600, 0.7, rate)],
    };

    public static readonly Instrument VinylNoise = new(rate => new VinylVoice(rate), Stereo: true) { Polyphony = 2 };

    static Instrument Effect(EffectPatch patch) => new(rate => new EffectVoice(patch, rate), Stereo: true) { Polyphony = 2 };

    // A large, slack membrane.
    static void StrikeImpact(ModalBank bank, double hertz, double velocity, uint key)
    {
        double low = Math.Clamp(hertz, 35, 70);
        bank.Add(low, 0.9, 1.8);
        for (uint n = 1; n < 20; n++) bank.Add(low * (1 + (0.62 * n) + (0.2 * Noise.Signed(key, n))), 0.3 * velocity / n, 1.6 / (1 + (0.35 * n)), Noise.Unit(key, 100 + n));
    }
}
