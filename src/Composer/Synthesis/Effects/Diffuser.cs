using System.Numerics;
using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>Schroeder's all-pass: y = −g·x + d, where d is x + g·y some frames ago.</summary>
/// <param name="frames">At least a tick.</param>
sealed class Diffuser(int frames, float gain)
{
    readonly DelayLine line = new(frames);
    readonly float[] fed = new float[Blocks.Tick];

    /// <summary>One tick, in place.</summary>
    public void Process(Span<float> samples)
    {
        ReadOnlySpan<float> past = line.Read(frames, samples.Length);
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= samples.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> x = new(samples[i..]), y = new Vector<float>(past[i..]) - (x * gain);
            (x + (y * gain)).CopyTo(fed.AsSpan(i));
            y.CopyTo(samples[i..]);
        }

        for (; i < samples.Length; i++)
        {
            float x = samples[i], y = past[i] - (x * gain);
            fed[i] = x + (y * gain);
            samples[i] = y;
        }

        line.Write(fed.AsSpan(0, samples.Length));
    }

    public void Clear() => line.Clear();
}
