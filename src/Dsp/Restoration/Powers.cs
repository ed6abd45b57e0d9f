using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Restoration;

static class Powers
{
    /// <summary>|X|² by bin, the mean of the channels.</summary>
    public static void Of(ReadOnlySpan<ChannelSpectrum> channels, Span<float> power)
    {
        power.Clear();
        foreach (ChannelSpectrum channel in channels)
        {
            TensorPrimitives.MultiplyAdd(channel.Real, channel.Real, power, power);
            TensorPrimitives.MultiplyAdd(channel.Imaginary, channel.Imaginary, power, power);
        }

        TensorPrimitives.Multiply(power, 1f / channels.Length, power);
    }

    /// <summary>The mean of each bin and its neighbours, itself twice.</summary>
    /// <param name="spread">As long as <paramref name="power"/>, at least 2; not the same memory.</param>
    public static void Spread(ReadOnlySpan<float> power, Span<float> spread)
    {
        TensorPrimitives.Add(power[..^2], power[2..], spread[1..^1]);
        (spread[0], spread[^1]) = (2f * power[1], 2f * power[^2]);   // the spectrum goes on as in a mirror
        TensorPrimitives.MultiplyAdd(spread, 0.5f, power, spread);
        TensorPrimitives.Multiply(spread, 0.5f, spread);
    }
}
