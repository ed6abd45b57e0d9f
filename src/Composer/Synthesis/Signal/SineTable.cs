namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>Sine of a 32-bit phase by linear interpolation in 8,192 steps: error below 1e-7.</summary>
static class SineTable
{
    const int Bits = 13;
    static readonly float[] Samples = [.. Enumerable.Range(0, (1 << Bits) + 1).Select(i => (float)Math.Sin(2.0 * Math.PI * i / (1 << Bits)))];

    /// <param name="phases">2³² is one period.</param>
    public static void Read(ReadOnlySpan<uint> phases, Span<float> sines) => Period.Read(Samples, Bits, phases, sines);

    /// <param name="cycles">Periods; any sign and size.</param>
    public static float Cycles(double cycles) => Period.Read(Samples, Bits, (uint)(long)((cycles - Math.Floor(cycles)) * 4294967296.0));
}
