using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>
/// Runs a waveshaper at four times the rate. Linear phase, flat to 17 kHz and 90 dB down from 31 kHz (at 48 kHz), so that what folds back stays above 17 kHz.
/// </summary>
sealed class Oversampler
{
    public const int Factor = 4;
    const int TapsPerPhase = 20;

    // 77 taps, so that up and down together delay by a whole number of frames.
    const int Length = (Factor * TapsPerPhase) - 3;

    /// <summary>Frames from input to output.</summary>
    public const int Latency = (Length - 1) / Factor;

    static readonly float[][] Phases = Design();
    readonly float[] input = new float[TapsPerPhase - 1 + Blocks.Chunk];
    readonly float[][] fast = [.. Enumerable.Range(0, Factor).Select(_ => new float[TapsPerPhase + Blocks.Chunk])];
    readonly float[] part = new float[Blocks.Chunk];

    /// <summary>Raises one chunk to four times the rate.</summary>
    /// <returns>For each of the four phases, its frames; to be changed in place before <see cref="Down"/>.</returns>
    public void Up(ReadOnlySpan<float> samples)
    {
        samples.CopyTo(input.AsSpan(TapsPerPhase - 1));
        for (int phase = 0; phase < Factor; phase++)
        {
            Kernels.Convolve(input, Phases[phase], Fast(phase));
            Kernels.Scale(Fast(phase), Factor);
        }

        input.AsSpan(Blocks.Chunk).CopyTo(input);
    }

    /// <summary>Takes note of a chunk that nothing is done to, for the one after it.</summary>
    public void Pass(ReadOnlySpan<float> samples) => samples[^(TapsPerPhase - 1)..].CopyTo(input);

    /// <summary>Frames of one phase.</summary>
    public Span<float> Fast(int phase) => fast[phase].AsSpan(TapsPerPhase, Blocks.Chunk);

    /// <summary>Brings the chunk back to the rate it came at.</summary>
    public void Down(Span<float> samples)
    {
        samples.Clear();
        for (int phase = 0; phase < Factor; phase++)
        {
            // y[n] = Σ h[4k + r]·u[4n − 4k − r]: phase 0 of u meets h's phase 0 at n, phase 4 − r meets h's phase r one frame earlier.
            int tap = (Factor - phase) % Factor;
            Kernels.Convolve(fast[phase].AsSpan(phase == 0 ? 1 : 0), Phases[tap], part);
            Kernels.Add(samples, part, 1);
            fast[phase].AsSpan(Blocks.Chunk).CopyTo(fast[phase]);
        }
    }

    /// <summary>Kaiser-windowed sinc (Oppenheim, Schafer), split in phases, each reversed for <see cref="Kernels.Convolve"/>.</summary>
    static float[][] Design()
    {
        const double beta = 8.96, cut = 24.0 / 192.0;
        double[] taps = new double[Factor * TapsPerPhase];
        for (int i = 0; i < Length; i++)
        {
            double t = i - ((Length - 1) / 2.0), edge = 2.0 * t / (Length - 1);
            taps[i] = 2 * cut * Sinc(2 * cut * t) * Bessel(beta * Math.Sqrt(1 - (edge * edge))) / Bessel(beta);
        }

        double sum = taps.Sum();
        return [.. Enumerable.Range(0, Factor).Select(phase => Enumerable.Range(0, TapsPerPhase).Select(k => (float)(taps[(4 * (TapsPerPhase - 1 - k)) + phase] / sum)).ToArray())];
    }

    static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    static double Bessel(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; k < 40; k++) sum += term *= x * x / (4.0 * k * k);
        return sum;
    }
}
