using DgxMusic.Dsp;

namespace DgxMusic.Audio;

/// <summary>Samples in memory, read block by block. Several readers may share one buffer.</summary>
/// <param name="channelMask">As <see cref="AudioFormat.ChannelMask"/> says it.</param>
public sealed class BufferReader(AudioBuffer track, uint? channelMask = null) : ISampleReader
{
    int position;

    public AudioFormat Format { get; } = new(track.SampleRateHz, track.Channels, "raw", BitDepth: null, channelMask);

    public long? Frames => track.Frames;

    public IReadOnlyList<string> Warnings => [];

    public int Read(AudioBuffer block)
    {
        SampleReaders.CheckBlock(block, track.SampleRateHz, track.Channels);
        int frames = Math.Min(block.Frames, track.Frames - position);
        for (int channel = 0; channel < track.Channels; channel++) track[channel].Slice(position, frames).CopyTo(block[channel]);
        position += frames;
        return frames;
    }

    public void Dispose()
    {
    }
}
