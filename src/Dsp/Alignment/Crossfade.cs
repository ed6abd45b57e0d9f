namespace DgxMusic.Dsp.Alignment;

/// <summary>Fades whose loudness does not sag: how far two signals add up depends on how alike they are, and the gains allow for it.</summary>
static class Crossfade
{
    /// <summary>
    /// Gains cos θ and sin θ over √(1 + ρ sin 2θ): of unrelated signals (ρ = 0) the powers add up to one, of equal ones (ρ = 1) the amplitudes.
    /// </summary>
    /// <param name="place">From 0, all of the old, to 1, all of the new.</param>
    /// <param name="correlation">ρ; below 0 counts as 0, as no gain can mend cancellation.</param>
    public static (double Old, double New) Gains(double place, double correlation)
    {
        (double sine, double cosine) = Math.SinCos(Math.PI / 2.0 * place);
        double scale = 1.0 / Math.Sqrt(1.0 + (2.0 * Math.Clamp(correlation, 0.0, 1.0) * sine * cosine));
        return (cosine * scale, sine * scale);
    }

    /// <summary>From one signal to another, both at least as long as <paramref name="output"/>.</summary>
    /// <param name="length">Frames of the whole fade, of which the output may be the beginning.</param>
    public static void Mix(ReadOnlySpan<float> old, ReadOnlySpan<float> next, Span<float> output, int length, double correlation)
    {
        for (int i = 0; i < output.Length; i++)
        {
            // Two of the largest floats would add up to infinity.
            (double fading, double rising) = Gains((i + 0.5) / length, correlation);
            output[i] = (float)Math.Clamp((old[i] * fading) + (next[i] * rising), -float.MaxValue, float.MaxValue);
        }
    }

    /// <summary>Down to zero along half a cosine; the last sample is zero.</summary>
    public static void FadeOut(Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] *= (float)(0.5 + (0.5 * Math.Cos(Math.PI * (i + 1) / samples.Length)));
    }
}
