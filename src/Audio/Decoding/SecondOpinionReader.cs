using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Decoding;

/// <summary>
/// Reads on with another decoder where one gives a file up as damaged, so that whoever decodes, the same music comes of it. Whole files never need it.
/// </summary>
/// <param name="second">Opens the same content at its first frame.</param>
sealed class SecondOpinionReader(ISampleReader first, Func<ISampleReader> second) : ISampleReader
{
    ISampleReader? other;
    long framesRead;

    public AudioFormat Format => first.Format;

    public long? Frames => first.Frames;

    public IReadOnlyList<string> Warnings => (other ?? first).Warnings;

    public int Read(AudioBuffer block)
    {
        int frames;
        try
        {
            frames = (other ?? first).Read(block);
        }
        catch (PipelineException fault) when (other is null && fault.Problem == Problem.UnreadableAudio)
        {
            other = OpenSecond(fault);
            Skip(other, framesRead);
            frames = other.Read(block);
        }
        framesRead += frames;
        return frames;
    }

    public void Dispose()
    {
        first.Dispose();
        other?.Dispose();
    }

    /// <exception cref="PipelineException">The first one's fault, where there is nobody else to ask.</exception>
    ISampleReader OpenSecond(PipelineException fault)
    {
        ISampleReader opened;
        try
        {
            opened = second();
        }
        catch (PipelineException missing) when (missing.Problem == Problem.DecoderMissing)
        {
            throw fault;
        }
        if (opened.Format.SampleRateHz == Format.SampleRateHz && opened.Format.Channels == Format.Channels) return opened;
        opened.Dispose();
        throw fault;
    }

    static void Skip(ISampleReader reader, long frames)
    {
        const int mostFrames = 1 << 14;
        for (long left = frames; left > 0;)
        {
            int count = reader.Read(new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, (int)Math.Min(left, mostFrames)));
            if (count == 0) return;
            left -= count;
        }
    }
}
