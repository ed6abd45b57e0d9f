using DgxMusic.Audio;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Restoration;

namespace DgxMusic.Pipeline.Separations;

/// <summary>A track as post-processing leaves it.</summary>
/// <param name="others">What the track is not; null where the processor does not listen to it.</param>
sealed class ProcessedReader(StemReader track, StemReader? others, PostProcessor processor) : ISampleReader
{
    const int BlockFrames = 1 << 14;

    readonly AudioBuffer heard = new(track.Format.SampleRateHz, track.Format.Channels, BlockFrames), beside = new(track.Format.SampleRateHz, track.Format.Channels, BlockFrames);
    AudioBuffer finished = new(track.Format.SampleRateHz, track.Format.Channels, 0);
    int given;
    bool isFlushed;

    public AudioFormat Format => track.Format;

    public long? Frames => track.Frames;

    public IReadOnlyList<string> Warnings => [];

    public int Read(AudioBuffer block)
    {
        int done = 0;
        while (done < block.Frames && (given < finished.Frames || Advance()))
        {
            int count = Math.Min(block.Frames - done, finished.Frames - given);
            for (int channel = 0; channel < block.Channels; channel++) finished[channel].Slice(given, count).CopyTo(block[channel][done..]);
            (done, given) = (done + count, given + count);
        }

        return done;
    }

    public void Dispose()
    {
        track.Dispose();
        others?.Dispose();
    }

    /// <summary>Has the next frames processed; false at the end.</summary>
    bool Advance()
    {
        if (isFlushed) return false;
        int read = track.Read(heard);
        others?.Read(beside.Slice(0, read));
        isFlushed = read == 0;
        finished = isFlushed ? processor.Flush() : processor.Process(heard.Slice(0, read), others is null ? null : beside.Slice(0, read));
        given = 0;
        return true;
    }
}
