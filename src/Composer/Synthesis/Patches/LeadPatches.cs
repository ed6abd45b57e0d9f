using DgxMusic.Composer.Synthesis.Signal;
using DgxMusic.Composer.Synthesis.Voices;

namespace DgxMusic.Composer.Synthesis.Patches;

/// <summary>Melody voices: one note at a time.</summary>
static class LeadPatches
{
    public static readonly Instrument Square = Solo(new()
    {
        Layers = [new(Waves.Square, 0.5), new(Waves.Saw, 0.2) { PulseWidth = 0.35, PulseSwing = 0.1, PulseHz = 0.8 }],
        Amplitude = new(0.006, 2, 0.75, 0.12),
        FilterEnvelope = new(0.004, 0.6, 0.3, 0.2),
        CutoffHz = 2600,
        EnvelopeOctaves = 1.2,
        VibratoCents = 14,
        GlideSeconds = 0.05,
    });

    public static readonly Instrument Saw = Solo(new()
    {
        Layers = [new(Waves.Saw, 0.5, Unison: 3, DetuneCents: 12), new(Waves.Square, 0.2, Semitones: -12)],
        Amplitude = new(0.006, 2.5, 0.8, 0.14),
        FilterEnvelope = new(0.004, 0.8, 0.35, 0.2),
        CutoffHz = 3000,
        EnvelopeOctaves = 1.3,
        Resonance = 1,
        VibratoCents = 15,
        GlideSeconds = 0.06,
    });

    public static readonly Instrument Soft = Solo(new()
    {
        Layers = [new(Waves.Triangle, 0.7), new(Waves.Sine, 0.2, Semitones: 12)],
        Amplitude = new(0.025, 2.5, 0.8, 0.22),
        CutoffHz = 2400,
        VibratoCents = 12,
        GlideSeconds = 0.08,
    });

    public static readonly Instrument Flute = Solo(new()
    {
        Layers = [new(Waves.Sines(1, 0.32, 0.16, 0.05, 0.03), 0.7)],
        Amplitude = new(0.05, 2, 0.9, 0.1),
        CutoffHz = 5200,
        VelocityOctaves = 1.2,
        VibratoHz = 5,
        VibratoCents = 11,
        VibratoDelay = 0.3,
        Breath = 0.022,
        Chiff = 0.16,
        BendSemitones = -0.25,
        BendSeconds = 0.06,
    });

    public static readonly Instrument Trumpet = Solo(new()
    {
        Layers = [new(Waves.Saw, 0.6)],
        Amplitude = new(0.035, 2, 0.85, 0.09),
        FilterEnvelope = new(0.06, 1.2, 0.55, 0.1),
        CutoffHz = 900,
        EnvelopeOctaves = 2.2,
        VelocityOctaves = 2,
        VibratoHz = 5.4,
        VibratoCents = 12,
        VibratoDelay = 0.45,
        BendSemitones = -0.5,
        BendSeconds = 0.07,
        Breath = 0.006,
    }) with { Body = [rate => FilterCoefficients.Bell(1200, 1.1, 5, rate), rate => FilterCoefficients.Bell(2400, 1.4, 3, rate)] };

    public static readonly Instrument Saxophone = Solo(new()
    {
        Layers = [new(Waves.Saw, 0.4) { PulseWidth = 0.3 }, new(Waves.Saw, 0.25)],
        Amplitude = new(0.04, 2, 0.85, 0.1),
        FilterEnvelope = new(0.05, 1, 0.5, 0.1),
        CutoffHz = 1200,
        EnvelopeOctaves = 1.5,
        VelocityOctaves = 1.6,
        VibratoHz = 5.1,
        VibratoCents = 17,
        VibratoDelay = 0.35,
        BendSemitones = -0.7,
        BendSeconds = 0.09,
        Breath = 0.02,
        Chiff = 0.06,
        GlideSeconds = 0.04,
    }) with { Body = [rate => FilterCoefficients.Bell(520, 1.6, 5, rate), rate => FilterCoefficients.Bell(1450, 1.8, 5, rate), rate => FilterCoefficients.HighShelf(5000, -6, rate)], Drive = 0.1 };

    public static readonly Instrument SoloStrings = Solo(new()
    {
        Layers = [new(Waves.Saw, 0.6)],
        Amplitude = new(0.075, 3, 0.9, 0.2),
        FilterEnvelope = new(0.1, 2, 0.6, 0.2),
        CutoffHz = 2000,
        EnvelopeOctaves = 0.8,
        VibratoHz = 5.6,
        VibratoCents = 18,
        VibratoDelay = 0.3,
        DriftCents = 3,
        Breath = 0.01,
        GlideSeconds = 0.05,
    }) with { Body = [rate => FilterCoefficients.Bell(290, 2, 4, rate), rate => FilterCoefficients.Bell(480, 2, 3, rate), rate => FilterCoefficients.Bell(2700, 1.2, 5, rate), rate => FilterCoefficients.HighShelf(6500, -6, rate)] };

    static Instrument Solo(SynthPatch patch) => new(rate => new SynthVoice(patch, stereo: false, rate))
    {
        Polyphony = 3, Solo = true, Glides = patch.GlideSeconds > 0, FollowsBrightness = true,
    };
}
