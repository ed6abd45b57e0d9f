using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>Gives a mono sound a side of its own: the same sound, dispersed. The sum of left and right stays what it was.</summary>
sealed class Widener
{
    readonly Diffuser[] diffusers;
    readonly float[] side = new float[Blocks.Tick];
    readonly FilterCoefficients thin;
    readonly float gain;
    Filter filter;

    /// <param name="width">0 mono to 1 wide.</param>
    public Widener(double width, double rate)
    {
        diffusers = [.. new[] { 131, 197, 311 }.Select(frames => new Diffuser(Math.Max(Blocks.Tick, (int)(frames * rate / 48000)), 0.55f))];
        thin = FilterCoefficients.Highpass(220, 0.7, rate);
        gain = (float)(0.8 * width);
    }

    /// <summary>One tick; the left channel holds the mono sound.</summary>
    public void Process(Span<float> left, Span<float> right)
    {
        left.CopyTo(side);
        foreach (Diffuser diffuser in diffusers) diffuser.Process(side);
        filter.Process(side, thin);
        left.CopyTo(right);
        Kernels.Add(left, side, gain);
        Kernels.Add(right, side, -gain);
    }
}
