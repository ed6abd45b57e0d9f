using System.Numerics.Tensors;
using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Loudness;

/// <summary>What every meter asks of a block at the door.</summary>
static class Samples
{
    /// <param name="heard">Frames before this block; for the message.</param>
    /// <exception cref="ArgumentException">The block is not of this signal.</exception>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public static void Require(AudioBuffer block, int sampleRateHz, int channels, long heard)
    {
        if (block.SampleRateHz != sampleRateHz) throw new ArgumentException($"Expected {sampleRateHz} Hz, got {block.SampleRateHz} Hz.", nameof(block));
        RequireFinite(block, channels, heard);
    }

    /// <inheritdoc cref="Require"/>
    public static void RequireFinite(AudioBuffer block, int channels, long heard)
    {
        if (block.Channels != channels) throw new ArgumentException($"Expected {channels} channels, got {block.Channels}.", nameof(block));
        for (int channel = 0; channel < channels; channel++) RequireFinite(block[channel], channel, heard);
    }

    /// <inheritdoc cref="Require"/>
    /// <param name="channel">Counted from 0; for the message.</param>
    public static void RequireFinite(ReadOnlySpan<float> samples, int channel, long heard)
    {
        // The sum of magnitudes is finite only if each is; huge but finite samples overflow it, so the doubtful case looks again.
        if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(samples))) RequireEach(samples, channel, heard);
    }

    /// <inheritdoc cref="Require"/>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is NaN, infinite, or so loud that its spectrum's square leaves float32.</exception>
    public static void RequireTransformable(AudioBuffer block, int sampleRateHz, int channels, long heard)
    {
        const float loudest = 1e12f;   // 240 dB over full scale
        Require(block, sampleRateHz, channels, heard);
        for (int channel = 0; channel < channels; channel++)
        {
            if (PeakScanner.LargestSample(block[channel]) is > loudest and float largest)
                throw new PipelineException(Problem.InvalidSamples, $"Channel {channel + 1} has a sample of {largest}, which is no sound.");
        }
    }

    static void RequireEach(ReadOnlySpan<float> samples, int channel, long heard)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (float.IsFinite(samples[i])) continue;
            throw new PipelineException(Problem.InvalidSamples, $"Channel {channel + 1} has a sample that is {samples[i]} at frame {heard + i}.");
        }
    }
}
