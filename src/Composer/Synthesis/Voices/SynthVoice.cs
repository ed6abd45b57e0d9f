using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>Plays a <see cref="SynthPatch"/>.</summary>
sealed class SynthVoice : Voice
{
    readonly SynthPatch patch;
    readonly double rate;
    readonly bool stereo;
    readonly OscillatorBank oscillators;
    readonly PitchPath pitch;
    readonly float[] levels = new float[Blocks.Tick], noise = new float[Blocks.Tick];
    Envelope amplitude, cutoff;
    Filter left1, left2, right1, right2;
    FilterCoefficients soft, peaked;
    VoiceNote note;
    float gain;
    double chiff;
    uint age;

    public SynthVoice(SynthPatch patch, bool stereo, double rate)
    {
        (this.patch, this.stereo, this.rate) = (patch, stereo, rate);
        oscillators = new(patch.Layers, stereo, rate);
        pitch = new(patch, rate);
    }

    public override void Start(in VoiceNote note)
    {
        (this.note, age, chiff) = (note, 0, patch.Chiff);
        oscillators.Start(note.Key, patch.InPhase);
        pitch.Start(note);
        amplitude.Start(patch.Amplitude, note.Hold, rate);
        cutoff.Start(patch.FilterEnvelope, note.Hold, rate);
        gain = (float)Blocks.Decibels(patch.VelocityDb * (note.Velocity - 1));
        left1.Reset();
        left2.Reset();
        right1.Reset();
        right2.Reset();
        soft = default;
    }

    public override bool Render(Span<float> left, Span<float> right, double brightness)
    {
        (double from, double to) = pitch.Next();
        oscillators.Render(left, right, from, to);
        AddNoise(left, right);
        Shape(left, right, brightness);
        amplitude.Fill(levels);
        Kernels.Scale(levels, gain);
        Kernels.Multiply(left, levels);
        if (stereo) Kernels.Multiply(right, levels);
        age += Blocks.Tick;
        return amplitude.Alive;
    }

    void AddNoise(Span<float> left, Span<float> right)
    {
        if (patch.Breath <= 0 && chiff < 1e-4) return;
        float from = (float)(patch.Breath + chiff);
        chiff *= Math.Pow(10, -3.0 * Blocks.Tick / (0.08 * rate));
        float to = (float)(patch.Breath + chiff);
        Noise.Fill(noise, note.Key, age);
        Kernels.AddRamp(left, noise, from, to);
        if (!stereo) return;
        Noise.Fill(noise, note.Key ^ 0x5BD1E995, age);
        Kernels.AddRamp(right, noise, from, to);
    }

    void Shape(Span<float> left, Span<float> right, double brightness)
    {
        double accent = patch.Accents ? Math.Clamp((note.Velocity - 0.75) * 4, 0, 1) : 0;
        double octaves = (cutoff.Skip(Blocks.Tick) * (patch.EnvelopeOctaves + accent)) + (patch.VelocityOctaves * (note.Velocity - 0.7))
            + (8 * (brightness - 0.5)) + (patch.KeyTrack * (note.Pitch - 60) / 12);
        double corner = Math.Clamp(patch.CutoffHz * Math.Pow(2, octaves), 30, 0.45 * rate);
        double q = patch.Resonance * (1 + accent);
        (FilterCoefficients softWas, FilterCoefficients peakedWas) = (soft, peaked);
        soft = FilterCoefficients.Lowpass(corner, patch.Steep ? 0.6 : q, rate);
        peaked = patch.Steep ? FilterCoefficients.Lowpass(corner, q, rate) : default;
        if (softWas == default) (softWas, peakedWas) = (soft, peaked);
        if (stereo)
        {
            Filter.Process(ref left1, ref right1, left, right, softWas, soft);
            if (patch.Steep) Filter.Process(ref left2, ref right2, left, right, peakedWas, peaked);
            return;
        }

        left1.Process(left, softWas, soft);
        if (patch.Steep) left2.Process(left, peakedWas, peaked);
    }
}
