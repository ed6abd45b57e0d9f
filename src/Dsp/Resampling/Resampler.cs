using System.Numerics.Tensors;
using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Resampling;

/// <summary>
/// Converts audio from one sample rate to another, block by block. Linear phase, delay removed: output 0 stands at the instant of input 0,
/// and n frames become round(n · output/input). The same signal gives the same bits however it is cut into blocks.
/// </summary>
public sealed class Resampler
{
    // Beyond this a single output would weigh more than 80,000 inputs.
    const int LargestRatio = 512;

    readonly ChannelResampler[] channels;

    /// <param name="inputRateHz">1 to 384,000; at most 512 times the other rate.</param>
    /// <param name="outputRateHz">1 to 384,000; at most 512 times the other rate.</param>
    public Resampler(int inputRateHz, int outputRateHz, int channels, ResamplerQuality? quality = null)
    {
        CheckRate(inputRateHz);
        CheckRate(outputRateHz);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (Math.Max(inputRateHz, outputRateHz) > (long)LargestRatio * Math.Min(inputRateHz, outputRateHz))
            throw new ArgumentException($"From {inputRateHz} to {outputRateHz} Hz is more than a factor of {LargestRatio}.");
        (InputRateHz, OutputRateHz) = (inputRateHz, outputRateHz);
        this.channels = inputRateHz == outputRateHz ? [] : Channels(new PolyphaseFilter(inputRateHz, outputRateHz, quality ?? ResamplerQuality.High), channels);
        ChannelCount = channels;
    }

    public int InputRateHz { get; }

    public int OutputRateHz { get; }

    public int ChannelCount { get; }

    /// <summary>Converts a whole signal.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public static AudioBuffer Convert(AudioBuffer audio, int outputRateHz, ResamplerQuality? quality = null)
    {
        var resampler = new Resampler(audio.SampleRateHz, outputRateHz, audio.Channels, quality);
        if (resampler.channels.Length == 0) return resampler.Process(audio);
        resampler.Check(audio);
        var output = new AudioBuffer(outputRateHz, audio.Channels, checked((int)OutputFrames(audio.Frames, audio.SampleRateHz, outputRateHz)));
        for (int c = 0; c < audio.Channels; c++)
        {
            int written = resampler.channels[c].Process(audio[c], output[c]);
            resampler.channels[c].Flush(output[c][written..]);
        }

        return output;
    }

    /// <summary>round(frames · output/input), halves up.</summary>
    public static long OutputFrames(long frames, int inputRateHz, int outputRateHz) => ((2 * frames * outputRateHz) + inputRateHz) / (2L * inputRateHz);

    /// <summary>Takes a block and gives the frames that are complete; the filter holds back half its length.</summary>
    /// <param name="block">At the input rate, any number of frames.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is NaN or infinite.</exception>
    public AudioBuffer Process(AudioBuffer block)
    {
        Check(block);
        var output = new AudioBuffer(OutputRateHz, ChannelCount, channels.Length == 0 ? block.Frames : channels[0].ReadyAfter(block.Frames));
        for (int c = 0; c < ChannelCount; c++)
        {
            if (channels.Length == 0) block[c].CopyTo(output[c]);
            else channels[c].Process(block[c], output[c]);
        }

        return output;
    }

    /// <summary>Gives the rest of the signal; the next block then begins another one.</summary>
    public AudioBuffer Flush()
    {
        var output = new AudioBuffer(OutputRateHz, ChannelCount, channels.Length == 0 ? 0 : channels[0].Remaining);
        for (int c = 0; c < channels.Length; c++) channels[c].Flush(output[c]);
        return output;
    }

    static ChannelResampler[] Channels(PolyphaseFilter filter, int count) => [.. Enumerable.Range(0, count).Select(_ => new ChannelResampler(filter))];

    static void CheckRate(int rateHz)
    {
        if (rateHz is < 1 or > 384_000) throw new ArgumentOutOfRangeException(nameof(rateHz), rateHz, "A sample rate is 1 to 384,000 Hz.");
    }

    void Check(AudioBuffer block)
    {
        if (block.SampleRateHz != InputRateHz || block.Channels != ChannelCount)
            throw new ArgumentException($"The block has {block.Channels} channels at {block.SampleRateHz} Hz; expected are {ChannelCount} at {InputRateHz} Hz.");
        for (int c = 0; c < block.Channels; c++)
        {
            if (block.Frames > 0 && !TensorPrimitives.IsFiniteAll<float>(block[c]))   // of nothing it says false
                throw new PipelineException(Problem.InvalidSamples, $"Channel {c} has a sample that is NaN or infinite.");
        }
    }
}
