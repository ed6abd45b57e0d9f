using System.Numerics.Tensors;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio;

static class FiniteSamples
{
    /// <param name="position">Frames before this block, for the sentence.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: NaN or infinity.</exception>
    public static void Check(AudioBuffer block, long position)
    {
        for (int channel = 0; channel < block.Channels; channel++)
        {
            if (block.Frames == 0 || TensorPrimitives.IsFiniteAll<float>(block[channel])) continue;
            int at = IndexOfFirst(block[channel]);
            string found = $"Frame {position + at:N0} of channel {channel + 1} is {Name(block[channel][at])}";
            throw new PipelineException(Problem.InvalidSamples, $"{found}, not a number we can play.");
        }
    }

    static int IndexOfFirst(ReadOnlySpan<float> samples)
    {
        int at = 0;
        while (float.IsFinite(samples[at])) at++;
        return at;
    }

    static string Name(float sample) => float.IsNaN(sample) ? "NaN" : sample > 0 ? "+infinity" : "−infinity";
}
