namespace DgxMusic.Composer.Synthesis.Drums;

/// <summary>A sine that falls in pitch. Seconds are those of a fall by 60 dB.</summary>
/// <param name="Harmonic">Gain of the third harmonic relative to the sine: body without a waveshaper.</param>
sealed record ToneLayer(double Gain, double FromHz, double ToHz, double SweepSeconds, double DecaySeconds, double Harmonic = 0);

enum Band { Low, Middle, High }

/// <summary>Filtered noise. Seconds are those of a fall by 60 dB.</summary>
/// <param name="Bursts">How often it starts again at the beginning, as hands do in a clap.</param>
sealed record NoiseLayer(double Gain, Band Band, double Hertz, double Q, double DecaySeconds, double AttackSeconds = 0.0005, int Bursts = 1, double BurstSeconds = 0.011);

/// <summary>Many inharmonic partials, the way struck metal or a membrane rings.</summary>
/// <param name="Partials">How many of them, where <see cref="Ratios"/> does not say.</param>
sealed record RingLayer(double Gain, double LowHz, double HighHz, int Partials, double DecaySeconds, double AttackSeconds = 0.0005)
{
    /// <summary>Partials relative to the lowest; empty: anywhere up to the highest.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [];

    /// <summary>How much sooner the highest partial is gone than the lowest.</summary>
    public double Damping { get; init; } = 2;
}

/// <summary>One drum: everything a hit of it consists of.</summary>
sealed record DrumSound(double Level, double Pan = 0)
{
    public IReadOnlyList<ToneLayer> Tones { get; init; } = [];

    public IReadOnlyList<NoiseLayer> Noises { get; init; } = [];

    public RingLayer? Ring { get; init; }

    /// <summary>How much the velocity moves filters and sweeps, in octaves.</summary>
    public double VelocityOctaves { get; init; } = 1;

    public double VelocityDb { get; init; } = 30;

    /// <summary>Hits of one group silence each other; 0 is no group.</summary>
    public int Group { get; init; }
}
