using System.Numerics;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>Smooth saturation of one channel at four times the rate; what is quiet keeps its level, what is loud gains body instead of level.</summary>
/// <param name="gain">Before the curve, linear.</param>
/// <param name="bias">Pushes the curve off centre: even harmonics.</param>
/// <param name="makeUp">After the curve, linear.</param>
sealed class Drive(double gain, double bias, double makeUp)
{
    readonly Oversampler oversampler = new();
    readonly float offset = Curve((float)bias);

    /// <summary>One chunk, in place; late by <see cref="Oversampler.Latency"/> frames.</summary>
    public void Process(Span<float> samples)
    {
        oversampler.Up(samples);
        for (int phase = 0; phase < Oversampler.Factor; phase++) Shape(oversampler.Fast(phase));
        oversampler.Down(samples);
    }

    /// <summary>A rational approximation of tanh: ±1 from ±3 on, where its slope comes to zero.</summary>
    public static float Curve(float x)
    {
        x = Math.Min(Math.Max(x, -3f), 3f);
        float square = x * x;
        return x * (27f + square) / (27f + (9f * square));
    }

    void Shape(Span<float> samples)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= samples.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> x = (new Vector<float>(samples[i..]) * (float)gain) + new Vector<float>((float)bias);
            x = Vector.Min(Vector.Max(x, new Vector<float>(-3f)), new Vector<float>(3f));
            Vector<float> square = x * x;
            Vector<float> y = x * (new Vector<float>(27f) + square) / (new Vector<float>(27f) + (square * 9f));
            ((y - new Vector<float>(offset)) * (float)makeUp).CopyTo(samples[i..]);
        }

        for (; i < samples.Length; i++) samples[i] = (Curve((samples[i] * (float)gain) + (float)bias) - offset) * (float)makeUp;
    }
}
