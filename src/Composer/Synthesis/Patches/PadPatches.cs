using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>What is held.</summary>
static class PadPatches
{
    public static readonly Instrument Warm = Pad(new()
    {
        Layers = [new(Waves.Saw, 0.5, Unison: 4, DetuneCents: 16, Spread: 0.9), new(Waves.Triangle, 0.35, Semitones: -12)],
        Amplitude = new(0.35, 4, 0.85, 1.6),
        FilterEnvelope = new(0.9, 4, 0.6, 1.5),
        CutoffHz = 650,
        EnvelopeOctaves = 1,
        DriftCents = 6,
    });

    public static readonly Instrument Glass = Pad(new()
    {
        Layers = [new(Waves.Sines(1, 0, 0.3, 0, 0.16, 0, 0.08, 0, 0.05), 0.5, Unison: 3, DetuneCents: 9, Spread: 1), new(Waves.Sine, 0.22, Semitones: 19), new(Waves.Sine, 0.14, Semitones: 24.04)],
        Amplitude = new(0.25, 5, 0.7, 2.2),
        CutoffHz = 5200,
        DriftCents = 5,
        Breath = 0.006,
    }) with { Chorus = 0.4 };

    public static readonly Instrument StringSection = Pad(new()
    {
        Layers = [new(Waves.Saw, 0.6, Unison: 5, DetuneCents: 13, Spread: 0.95)],
        Amplitude = new(0.13, 4, 0.9, 0.5),
        FilterEnvelope = new(0.25, 3, 0.6, 0.6),
        CutoffHz = 1500,
        EnvelopeOctaves = 0.8,
        VibratoHz = 5.4,
        VibratoCents = 9,
        VibratoDelay = 0.3,
        DriftCents = 5,
        Breath = 0.008,
    }) with { Body = [rate => FilterCoefficients.Bell(300, 1.2, 2.5, rate), rate => FilterCoefficients.Bell(2800, 1, 3, rate), rate => FilterCoefficients.HighShelf(6000, -5, rate)] };

    // A vowel between "ah" and "oh": formants after Peterson and Barney, J. Acoust. Soc. Am. 24 (1952).
    public static readonly Instrument Choir = Pad(new()
    {
        Layers = [new(Waves.Saw, 0.55, Unison: 5, DetuneCents: 17, Spread: 0.95)],
        Amplitude = new(0.22, 4, 0.9, 0.7),
        CutoffHz = 3200,
        VibratoHz = 5,
        VibratoCents = 14,
        VibratoDelay = 0.35,
        DriftCents = 8,
        Breath = 0.03,
    }) with
    {
        Body =
        [
            rate => FilterCoefficients.Bell(640, 2.4, 13, rate), rate => FilterCoefficients.Bell(1080, 3, 10, rate), rate => FilterCoefficients.Bell(2500, 3, 6, rate),
            rate => FilterCoefficients.LowShelf(300, -5, rate), rate => FilterCoefficients.Lowpass(4200, 0.7, rate),
        ],
    };

    public static readonly Instrument Drone = Pad(new()
    {
        Layers = [new(Waves.Saw, 0.4, Unison: 4, DetuneCents: 12, Spread: 0.9), new(Waves.Triangle, 0.4, Semitones: -12), new(Waves.Saw, 0.2, Semitones: 7.02, Unison: 2, DetuneCents: 8, Spread: 0.8)],
        Amplitude = new(1.2, 6, 0.9, 2.5),
        FilterEnvelope = new(2.5, 6, 0.7, 2),
        CutoffHz = 320,
        EnvelopeOctaves = 1.4,
        Resonance = 1.1,
        Steep = true,
        DriftCents = 7,
        Breath = 0.01,
    });

    static Instrument Pad(SynthPatch patch) => new(rate => new SynthVoice(patch, stereo: true, rate), Stereo: true) { Polyphony = 14, FollowsBrightness = true };
}
