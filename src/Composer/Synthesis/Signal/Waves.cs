namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>The waveforms that patches share, made when first used.</summary>
static class Waves
{
    static readonly Lazy<Wavetable> SawTable = new(() => new(n => (2.0 / (Math.PI * n), 0)));
    static readonly Lazy<Wavetable> SquareTable = new(() => new(n => (n % 2 == 1 ? 4.0 / (Math.PI * n) : 0, 0)));
    static readonly Lazy<Wavetable> TriangleTable = new(() => new(n => (n % 2 == 1 ? (n % 4 == 1 ? 8.0 : -8.0) / (Math.PI * Math.PI * n * n) : 0, 0)));
    static readonly Lazy<Wavetable> SineTable = new(() => new(n => (n == 1 ? 1 : 0, 0)));

    /// <summary>Falls from +1 to −1; starts at 0 in the limit of few harmonics.</summary>
    public static Wavetable Saw => SawTable.Value;

    public static Wavetable Square => SquareTable.Value;

    public static Wavetable Triangle => TriangleTable.Value;

    public static Wavetable Sine => SineTable.Value;

    /// <summary>Sum of sines; amplitudes of harmonics 1, 2, 3 …</summary>
    public static Wavetable Sines(params double[] amplitudes) => new(n => (n <= amplitudes.Length ? amplitudes[n - 1] : 0, 0));
}
