using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Voices;

/// <summary>One oscillator, or several detuned ones in unison.</summary>
/// <param name="DetuneCents">Of the outermost oscillators; they lie evenly around the pitch.</param>
/// <param name="Spread">0 all in the middle to 1 outermost ones hard left and right.</param>
sealed record Layer(Wavetable Wave, double Gain, double Semitones = 0, int Unison = 1, double DetuneCents = 0, double Spread = 0)
{
    /// <summary>Duty cycle where the wave is the difference of two saws; 0: the wave as it is.</summary>
    public double PulseWidth { get; init; }

    /// <summary>How far the duty cycle swings, and how fast.</summary>
    public double PulseSwing { get; init; }

    public double PulseHz { get; init; } = 0.5;
}

/// <summary>A subtractive synthesiser: oscillators and noise, a filter, two envelopes, vibrato.</summary>
sealed record SynthPatch
{
    public required IReadOnlyList<Layer> Layers { get; init; }

    public required EnvelopeShape Amplitude { get; init; }

    public EnvelopeShape FilterEnvelope { get; init; } = new(0.001, 0.3, 0, 0.3);

    /// <summary>At middle C, with the envelope at zero.</summary>
    public double CutoffHz { get; init; } = 18000;

    /// <summary>0 fixed to 1 moving with the pitch.</summary>
    public double KeyTrack { get; init; } = 0.5;

    public double EnvelopeOctaves { get; init; }

    /// <summary>Cutoff per unit of velocity, around velocity 0.7.</summary>
    public double VelocityOctaves { get; init; } = 1;

    public double Resonance { get; init; } = 0.7;

    /// <summary>24 dB an octave instead of 12.</summary>
    public bool Steep { get; init; }

    public double VibratoHz { get; init; } = 5.2;

    public double VibratoCents { get; init; }

    /// <summary>Seconds until the vibrato has come in.</summary>
    public double VibratoDelay { get; init; } = 0.4;

    /// <summary>Slow random walk of the pitch.</summary>
    public double DriftCents { get; init; }

    /// <summary>Where the pitch starts, relative to the note, and the seconds in which 60 dB of that are gone.</summary>
    public double BendSemitones { get; init; }

    public double BendSeconds { get; init; } = 0.1;

    /// <summary>Steady noise before the filter, and noise at the onset.</summary>
    public double Breath { get; init; }

    public double Chiff { get; init; }

    /// <summary>Decibels between velocity 0 and velocity 1.</summary>
    public double VelocityDb { get; init; } = 24;

    /// <summary>Seconds to reach a new pitch when notes touch.</summary>
    public double GlideSeconds { get; init; }

    /// <summary>Oscillators start at their zero instead of anywhere.</summary>
    public bool InPhase { get; init; }

    /// <summary>Resonance and envelope grow above velocity 0.75.</summary>
    public bool Accents { get; init; }
}
