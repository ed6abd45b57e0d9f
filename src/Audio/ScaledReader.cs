using System.Numerics.Tensors;
using DgxMusic.Dsp;

namespace DgxMusic.Audio;

/// <summary>The same samples, louder or softer.</summary>
sealed class ScaledReader(ISampleReader inner, float gain) : ISampleReader
{
    public AudioFormat Format => inner.Format;

    public long? Frames => inner.Frames;

    public IReadOnlyList<string> Warnings => inner.Warnings;

    public int Read(AudioBuffer block)
    {
        int frames = inner.Read(block);
        for (int channel = 0; channel < block.Channels; channel++)
        {
            Span<float> samples = block[channel][..frames];
            TensorPrimitives.Multiply(samples, gain, samples);
        }

        return frames;
    }

    public void Dispose() => inner.Dispose();
}
