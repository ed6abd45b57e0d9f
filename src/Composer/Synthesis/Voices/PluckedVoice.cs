using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>A plucked string. Seconds of decay are for 60 dB at C3; an octave higher they are 0.7 of that.</summary>
sealed record PluckedPatch
{
    public required double DecaySeconds { get; init; }

    /// <summary>Of what lies at 4 kHz.</summary>
    public required double HighDecaySeconds { get; init; }

    /// <summary>Where the string is plucked, as a part of its length.</summary>
    public double Position { get; init; } = 0.18;

    /// <summary>Corner of the pluck at velocity 0.7: soft finger 1,500 Hz, plectrum 6,000 Hz.</summary>
    public required double PluckHz { get; init; }

    public double VelocityOctaves { get; init; } = 1.5;

    /// <summary>Share of noise in the pluck.</summary>
    public double Scrape { get; init; } = 0.25;

    /// <summary>Detune of the second polarisation or string; 0: there is one only.</summary>
    public double SecondCents { get; init; }

    /// <summary>Two players, one a side.</summary>
    public bool Doubled { get; init; }

    public double ReleaseSeconds { get; init; } = 0.15;

    public double VelocityDb { get; init; } = 22;

    public double AttackSeconds { get; init; } = 0.0012;
}

/// <summary>Extended Karplus–Strong (Jaffe, Smith 1983): one or two strings with pick position, damping and exact tuning.</summary>
sealed class PluckedVoice : Voice
{
    readonly PluckedPatch patch;
    readonly double rate;
    readonly PluckedString first, second;
    readonly float[] levels = new float[Blocks.Tick], other = new float[Blocks.Tick];
    readonly bool two;
    Envelope amplitude;
    float gain;

    public PluckedVoice(PluckedPatch patch, double rate)
    {
        (this.patch, this.rate) = (patch, rate);
        (first, second) = (new(rate), new(rate));
        two = patch.Doubled || patch.SecondCents != 0;
    }

    public override void Start(in VoiceNote note)
    {
        double cents = patch.SecondCents / 200;
        first.Start(patch, Blocks.Hertz(note.Pitch - cents), note.Velocity, note.Key);
        if (two) second.Start(patch, Blocks.Hertz(note.Pitch + cents), note.Velocity, note.Key ^ 0xA511E9B3);
        amplitude.Start(new(patch.AttackSeconds, 1, 1, patch.ReleaseSeconds), note.Hold, rate);
        gain = (float)Blocks.Decibels(patch.VelocityDb * (note.Velocity - 1));
    }

    public override bool Render(Span<float> left, Span<float> right, double brightness)
    {
        amplitude.Fill(levels);
        Kernels.Scale(levels, gain);
        bool rings = first.Render(left);
        if (two)
        {
            Span<float> target = patch.Doubled ? right : other;
            rings |= second.Render(target);
            if (!patch.Doubled) Kernels.Add(left, other, 0.8f);
            else Kernels.Multiply(right, levels);
        }

        Kernels.Multiply(left, levels);
        return rings && amplitude.Alive;
    }
}
