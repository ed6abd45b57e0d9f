using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>The frequency of a note over time: glide, bend, vibrato and drift.</summary>
sealed class PitchPath(SynthPatch patch, double rate)
{
    VoiceNote note;
    double hertz, glide, bend, drift, seconds;
    uint ticks;

    public void Start(in VoiceNote note)
    {
        this.note = note;
        (glide, bend, drift, seconds, ticks) = (note.GlideFrom - note.Pitch, patch.BendSemitones, 0, 0, 0);
        hertz = Now();
    }

    /// <summary>Frequencies at the start and at the end of the next tick.</summary>
    public (double From, double To) Next()
    {
        double from = hertz;
        glide *= Fade(patch.GlideSeconds);
        bend *= Fade(patch.BendSeconds);
        drift += (0.02 * ((2 * Noise.Unit(note.Key, 0x80000000 + ticks)) - 1)) - (0.001 * drift);
        seconds += Blocks.Tick / rate;
        ticks++;
        hertz = Now();
        return (from, hertz);
    }

    double Fade(double fadeSeconds) => Math.Pow(10, -3.0 * Blocks.Tick / (Math.Max(fadeSeconds, 1e-3) * rate));

    double Now()
    {
        double depth = Math.Clamp((seconds - patch.VibratoDelay + 0.25) * 4, 0, 1);
        double vibrato = patch.VibratoCents == 0 || depth == 0 ? 0
            : patch.VibratoCents * depth * SineTable.Cycles((seconds * patch.VibratoHz * (1 + (0.02 * drift))) + Noise.Unit(note.Key, 77));
        return Blocks.Hertz(note.Pitch + glide + bend + ((vibrato + (patch.DriftCents * drift)) / 100));
    }
}
