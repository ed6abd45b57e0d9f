using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>Chords, arpeggios and stabs of synthesisers.</summary>
static class SynthPatches
{
    public static readonly Instrument SuperSaw = Stereo(new()
    {
        Layers = [new(Waves.Saw, 0.6, Unison: 7, DetuneCents: 26, Spread: 0.9), new(Waves.Saw, 0.2, Semitones: 12, Unison: 2, DetuneCents: 10, Spread: 0.6)],
        Amplitude = new(0.008, 3, 0.8, 0.22),
        FilterEnvelope = new(0.004, 0.7, 0.3, 0.3),
        CutoffHz = 3600,
        EnvelopeOctaves = 1.4,
    });

    public static readonly Instrument Stab = Stereo(new()
    {
        Layers = [new(Waves.Saw, 0.5, Unison: 3, DetuneCents: 14, Spread: 0.6), new(Waves.Square, 0.25)],
        Amplitude = new(0.003, 0.55, 0, 0.12),
        FilterEnvelope = new(0.002, 0.28, 0, 0.12),
        CutoffHz = 900,
        EnvelopeOctaves = 2.6,
        Resonance = 1.4,
        Steep = true,
    });

    public static readonly Instrument Pluck = Stereo(new()
    {
        Layers = [new(Waves.Saw, 0.5, Unison: 2, DetuneCents: 9, Spread: 0.5), new(Waves.Square, 0.2, Semitones: 12) { PulseWidth = 0.3 }],
        Amplitude = new(0.002, 0.6, 0, 0.2),
        FilterEnvelope = new(0.001, 0.22, 0, 0.15),
        CutoffHz = 700,
        EnvelopeOctaves = 3.2,
        Resonance = 1.2,
    });

    public static readonly Instrument Arp = Stereo(new()
    {
        Layers = [new(Waves.Saw, 0.45) { PulseWidth = 0.42, PulseSwing = 0.12, PulseHz = 0.6 }, new(Waves.Saw, 0.3, Semitones: 0.06)],
        Amplitude = new(0.003, 0.9, 0.25, 0.12),
        FilterEnvelope = new(0.002, 0.35, 0.1, 0.12),
        CutoffHz = 1100,
        EnvelopeOctaves = 2.2,
        Resonance = 1.5,
    });

    public static readonly Instrument PolySynth = Stereo(new()
    {
        Layers = [new(Waves.Saw, 0.4, Unison: 2, DetuneCents: 12, Spread: 0.6), new(Waves.Saw, 0.35) { PulseWidth = 0.5, PulseSwing = 0.2, PulseHz = 0.4 }],
        Amplitude = new(0.02, 2.5, 0.7, 0.35),
        FilterEnvelope = new(0.05, 1.2, 0.3, 0.4),
        CutoffHz = 1300,
        EnvelopeOctaves = 1.6,
        Resonance = 0.9,
        DriftCents = 4,
    }) with { Chorus = 0.35 };

    public static readonly Instrument Brass = Stereo(new()
    {
        Layers = [new(Waves.Saw, 0.6, Unison: 3, DetuneCents: 11, Spread: 0.5)],
        Amplitude = new(0.055, 2.5, 0.8, 0.2),
        FilterEnvelope = new(0.09, 1.4, 0.5, 0.2),
        CutoffHz = 650,
        EnvelopeOctaves = 2.4,
        VelocityOctaves = 1.8,
        BendSemitones = -0.4,
        BendSeconds = 0.09,
        VibratoCents = 8,
        VibratoDelay = 0.5,
        Breath = 0.004,
    });

    static Instrument Stereo(SynthPatch patch) => new(rate => new SynthVoice(patch, stereo: true, rate), Stereo: true) { Polyphony = 12, FollowsBrightness = true };
}
