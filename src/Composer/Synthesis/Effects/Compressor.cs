using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>Feed-forward bus compressor on the louder channel's power, one gain for both channels.</summary>
/// <param name="thresholdDb">Of the root mean square of a tick.</param>
sealed class Compressor(double thresholdDb, double ratio, double attackSeconds, double releaseSeconds, double rate)
{
    readonly double attack = Math.Exp(-Blocks.Tick / (attackSeconds * rate)), release = Math.Exp(-Blocks.Tick / (releaseSeconds * rate));
    double reductionDb;
    float gain = 1;

    /// <summary>One tick, in place.</summary>
    public void Process(Span<float> left, Span<float> right)
    {
        double power = Math.Max(Power(left), Power(right));
        double over = power < 1e-9 ? 0 : Math.Max(0, (10 * Math.Log10(power)) - thresholdDb);
        double wanted = over * (1 - (1 / ratio));
        reductionDb = wanted + ((reductionDb - wanted) * (wanted > reductionDb ? attack : release));
        float next = (float)Blocks.Decibels(-reductionDb);
        if (gain != 1 || next != 1)
        {
            Kernels.Ramp(left, gain, next);
            Kernels.Ramp(right, gain, next);
        }

        gain = next;
    }

    // One order of addition for every vector width: decisions made from it must not depend on the machine. Four sums, because one would wait for itself.
    static double Power(ReadOnlySpan<float> samples)
    {
        double a = 0, b = 0, c = 0, d = 0;
        for (int i = 0; i + 3 < samples.Length; i += 4)
        {
            a += (double)samples[i] * samples[i];
            b += (double)samples[i + 1] * samples[i + 1];
            c += (double)samples[i + 2] * samples[i + 2];
            d += (double)samples[i + 3] * samples[i + 3];
        }

        return (a + b + (c + d)) / samples.Length;
    }
}
