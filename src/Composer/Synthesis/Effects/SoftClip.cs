using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>
/// Leaves a channel as it is up to the knee and bends what is above it towards the ceiling. Only the difference passes the oversampler, so that a
/// signal below the knee comes out bit for bit, late by <see cref="Oversampler.Latency"/>.
/// </summary>
sealed class SoftClip(float knee, float ceiling)
{
    readonly Oversampler oversampler = new();
    readonly float[] wait = new float[Oversampler.Latency + Blocks.Chunk], bent = new float[Blocks.Chunk];
    int idle = int.MaxValue;

    /// <summary>One chunk, in place.</summary>
    public void Process(Span<float> samples)
    {
        // Between samples the signal is seldom more than 3 dB above them; what little would be bent beyond that is inaudible.
        if (Kernels.Peak(samples) > 0.8f * knee) idle = 0;
        bool bends = idle < 2;
        if (idle < int.MaxValue) idle++;
        if (bends) Bend(samples);
        else oversampler.Pass(samples);
        samples.CopyTo(wait.AsSpan(Oversampler.Latency));
        wait.AsSpan(0, Blocks.Chunk).CopyTo(samples);
        wait.AsSpan(Blocks.Chunk).CopyTo(wait);
        if (bends) Kernels.Add(samples, bent, 1);
    }

    void Bend(ReadOnlySpan<float> samples)
    {
        oversampler.Up(samples);
        float room = ceiling - knee;
        for (int phase = 0; phase < Oversampler.Factor; phase++)
        {
            Span<float> fast = oversampler.Fast(phase);
            for (int i = 0; i < fast.Length; i++)
            {
                float above = Math.Abs(fast[i]) - knee;
                fast[i] = above <= 0 ? 0 : Math.Sign(fast[i]) * ((room * Drive.Curve(above / room)) - above);
            }
        }

        oversampler.Down(bent);
    }
}
