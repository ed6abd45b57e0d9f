using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio;

/// <summary>What can be done with any reader.</summary>
public static class SampleReaders
{
    /// <summary>The same samples; NaN or infinity among them is <see cref="Problem.InvalidSamples"/>. Disposing it disposes the reader.</summary>
    public static ISampleReader RefusingInvalidSamples(this ISampleReader reader) => reader as FiniteReader ?? new FiniteReader(reader);

    /// <summary>The same samples times a factor. Disposing it disposes the reader.</summary>
    public static ISampleReader Scaled(this ISampleReader reader, float gain) => gain == 1f ? reader : new ScaledReader(reader, gain);

    /// <summary>All that is left to read.</summary>
    /// <param name="mostFrames">The limit; memory is taken as samples arrive, never by what a header announces.</param>
    /// <exception cref="PipelineException"><see cref="Problem.TrackTooLong"/>: there are more frames than that.</exception>
    public static AudioBuffer ReadAll(this ISampleReader reader, int mostFrames = int.MaxValue / 64)
    {
        const int firstFrames = 1 << 16;
        int rate = reader.Format.SampleRateHz, count = 0;
        var whole = new AudioBuffer(rate, reader.Format.Channels, Math.Min(firstFrames, mostFrames));
        while (true)
        {
            if (count == whole.Frames && count < mostFrames) whole = Grown(whole, (int)Math.Min(2L * count, mostFrames));
            int frames = count < whole.Frames ? reader.Read(whole.Slice(count, whole.Frames - count)) : 0;
            count += frames;
            if (frames == 0) break;
        }
        if (count == mostFrames && reader.Read(new AudioBuffer(rate, reader.Format.Channels, 1)) > 0)
        {
            throw new PipelineException(Problem.TrackTooLong, $"The track lasts more than {(double)mostFrames / rate:N1} s, which is the limit.");
        }
        return Cut(whole, count);
    }

    /// <exception cref="ArgumentException">The block is not of that rate and so many channels.</exception>
    internal static void CheckBlock(AudioBuffer block, int sampleRateHz, int channels)
    {
        if (block.Channels == channels && block.SampleRateHz == sampleRateHz) return;
        string has = $"{block.Channels} channels at {block.SampleRateHz} Hz";
        throw new ArgumentException($"The block has {has}, where {channels} at {sampleRateHz} Hz are needed.", nameof(block));
    }

    static AudioBuffer Grown(AudioBuffer buffer, int frames)
    {
        var grown = new AudioBuffer(buffer.SampleRateHz, buffer.Channels, frames);
        for (int channel = 0; channel < buffer.Channels; channel++) buffer[channel].CopyTo(grown[channel]);
        return grown;
    }

    /// <summary>Not a window: a window would keep the longer arrays alive.</summary>
    static AudioBuffer Cut(AudioBuffer buffer, int frames) => frames == buffer.Frames ? buffer : Grown(buffer.Slice(0, frames), frames);
}
