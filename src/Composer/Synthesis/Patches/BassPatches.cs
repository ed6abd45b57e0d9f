using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>Synthesised basses: one note at a time.</summary>
static class BassPatches
{
    static readonly Wavetable rounded = Waves.Sines(1, 0.35, 0.12, 0.04);

    public static readonly Instrument Sub = Mono(new()
    {
        Layers = [new(rounded, 0.9)],
        Amplitude = new(0.006, 2.5, 0.75, 0.09),
        CutoffHz = 420,
        EnvelopeOctaves = 1,
        InPhase = true,
        GlideSeconds = 0.05,
    }) with { Drive = 0.15 };

    public static readonly Instrument Bass808 = Mono(new()
    {
        Layers = [new(Waves.Sine, 1)],
        Amplitude = new(0.002, 3.2, 0.12, 0.18),
        BendSemitones = 14,
        BendSeconds = 0.05,
        InPhase = true,
        GlideSeconds = 0.12,
        VelocityDb = 16,
    }) with { Drive = 0.45, DriveInput = 0.8 };

    public static readonly Instrument Reese = Mono(new()
    {
        Layers = [new(Waves.Saw, 0.55, Unison: 3, DetuneCents: 24), new(Waves.Saw, 0.3, Semitones: -0.07), new(Waves.Sine, 0.5, Semitones: -12)],
        Amplitude = new(0.01, 3, 0.85, 0.12),
        CutoffHz = 520,
        EnvelopeOctaves = 1.2,
        FilterEnvelope = new(0.08, 1.4, 0.4, 0.3),
        Resonance = 1.1,
        Steep = true,
        GlideSeconds = 0.06,
    }) with { Drive = 0.3 };

    public static readonly Instrument Acid = Mono(new()
    {
        Layers = [new(Waves.Saw, 0.8)],
        Amplitude = new(0.003, 1.8, 0.5, 0.06),
        FilterEnvelope = new(0.002, 0.32, 0, 0.1),
        CutoffHz = 320,
        EnvelopeOctaves = 3,
        VelocityOctaves = 1.6,
        Resonance = 5.5,
        Steep = true,
        GlideSeconds = 0.07,
        Accents = true,
    }) with { Drive = 0.35 };

    public static readonly Instrument Saw = Mono(new()
    {
        Layers = [new(Waves.Saw, 0.6, Unison: 2, DetuneCents: 9), new(Waves.Square, 0.35, Semitones: -12)],
        Amplitude = new(0.004, 1.6, 0.7, 0.07),
        FilterEnvelope = new(0.002, 0.4, 0.15, 0.1),
        CutoffHz = 480,
        EnvelopeOctaves = 2.4,
        Resonance = 1.1,
        Steep = true,
    }) with { Drive = 0.15 };

    public static readonly Instrument Fm = new(rate => new FmVoice(
        new(
            [new(0.9, 1, 1, 2.4, 0.35, 0.18, 5), new(0.22, 2, 3, 1.2, 0.12, 0, 0.4)],
            new EnvelopeShape(0.003, 2.2, 0.55, 0.07)) { DecayPerOctave = 0.85 },
        rate)) { Polyphony = 2, Solo = true, FollowsBrightness = true, Drive = 0.12 };

    static Instrument Mono(SynthPatch patch) => new(rate => new SynthVoice(patch, stereo: false, rate))
    {
        Polyphony = 2, Solo = true, Glides = patch.GlideSeconds > 0, FollowsBrightness = true,
    };
}
