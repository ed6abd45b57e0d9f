using DgxMusic.Audio;
using DgxMusic.Dsp;
using NAudio.Wave;

namespace DgxMusic.NAudio;

/// <summary>What a reader gives, as NAudio takes it. The reader stays its owner's.</summary>
sealed class ReaderSampleProvider(ISampleReader reader) : ISampleProvider
{
    const int BlockFrames = 4096;

    readonly AudioBuffer block = new(reader.Format.SampleRateHz, reader.Format.Channels, BlockFrames);
    BufferSampleProvider? current;

    public WaveFormat WaveFormat { get; } = WaveFormat.CreateIeeeFloatWaveFormat(reader.Format.SampleRateHz, reader.Format.Channels);

    public int Read(Span<float> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int count = current?.Read(buffer[done..]) ?? 0;
            done += count;
            if (count > 0) continue;
            int frames = reader.Read(block);
            if (frames == 0) break;
            current = new BufferSampleProvider(block.Slice(0, frames));
        }
        return done;
    }
}
