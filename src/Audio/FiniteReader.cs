using DgxMusic.Dsp;

namespace DgxMusic.Audio;

/// <summary>Refuses NaN and infinity.</summary>
sealed class FiniteReader(ISampleReader reader) : ISampleReader
{
    long position;

    public AudioFormat Format => reader.Format;

    public long? Frames => reader.Frames;

    public IReadOnlyList<string> Warnings => reader.Warnings;

    public int Read(AudioBuffer block)
    {
        int frames = reader.Read(block);
        FiniteSamples.Check(block.Slice(0, frames), position);
        position += frames;
        return frames;
    }

    public void Dispose() => reader.Dispose();
}
