using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>Fills a bank with the modes of a struck body.</summary>
delegate void Strike(ModalBank bank, double hertz, double velocity, uint key);

/// <param name="Modes">At most.</param>
sealed record ModalPatch(Strike Strike, int Modes, EnvelopeShape Amplitude)
{
    public double VelocityDb { get; init; } = 26;

    /// <summary>The noise of the mallet or hammer.</summary>
    public double Knock { get; init; }

    public double KnockHz { get; init; } = 700;

    public double KnockSeconds { get; init; } = 0.05;
}

/// <summary>Plays a <see cref="ModalPatch"/>.</summary>
sealed class ModalVoice(ModalPatch patch, double rate) : Voice
{
    readonly ModalBank bank = new(patch.Modes, rate);
    readonly float[] levels = new float[Blocks.Tick], noise = new float[Blocks.Tick];
    readonly FilterCoefficients knockShape = FilterCoefficients.Bandpass(patch.KnockHz, 0.9, rate);
    readonly double knockFall = Blocks.DecayFactor(patch.KnockSeconds, rate);
    Filter knockFilter;
    Envelope amplitude;
    float gain;
    double knock;
    uint key, age;

    public override void Start(in VoiceNote note)
    {
        bank.Clear();
        patch.Strike(bank, Blocks.Hertz(note.Pitch), note.Velocity, note.Key);
        amplitude.Start(patch.Amplitude, note.Hold, rate);
        gain = (float)Blocks.Decibels(patch.VelocityDb * (note.Velocity - 1));
        (knock, key, age) = (patch.Knock * (0.4 + (0.6 * note.Velocity)), note.Key, 0);
        knockFilter.Reset();
    }

    public override bool Render(Span<float> left, Span<float> right, double brightness)
    {
        bool rings = bank.Render(left);
        if (knock > 1e-5) Strike(left);
        amplitude.Fill(levels);
        Kernels.Scale(levels, gain);
        Kernels.Multiply(left, levels);
        return rings && amplitude.Alive;
    }

    void Strike(Span<float> samples)
    {
        Noise.Fill(noise, key, age);
        age += Blocks.Tick;
        for (int i = 0; i < noise.Length; i++, knock *= knockFall) noise[i] *= (float)knock;
        knockFilter.Process(noise, knockShape);
        Kernels.Add(samples, noise, 1);
    }
}
