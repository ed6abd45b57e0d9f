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
            Ramp(left, gain, next);
            Ramp(right, gain, next);
        }

        gain = next;
    }

    // One order of addition for every vector width: decisions made from it must not depend on the machine.
    static double Power(ReadOnlySpan<float> samples)
    {
        double sum = 0;
        foreach (float sample in samples) sum += (double)sample * sample;
        return sum / samples.Length;
    }

    static void Ramp(Span<float> samples, float from, float to)
    {
        float step = (to - from) / samples.Length;
        for (int i = 0; i < samples.Length; i++) samples[i] *= from + (i * step);
    }
}
