using DgxMusic.Dsp;
using NAudio.Wave;

namespace DgxMusic.NAudio;

/// <summary>Samples in memory, as NAudio takes them: interleaved float32 from the first frame on.</summary>
/// <param name="track">Nobody may change it meanwhile; several providers may share it.</param>
public sealed class BufferSampleProvider(AudioBuffer track) : ISampleProvider
{
    long position;   // samples of all channels

    public WaveFormat WaveFormat { get; } = WaveFormat.CreateIeeeFloatWaveFormat(track.SampleRateHz, track.Channels);

    /// <summary>The frame that the next read begins in; setting it goes there, at most to the end.</summary>
    public int Frame
    {
        get => (int)(position / track.Channels);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = (long)Math.Min(value, track.Frames) * track.Channels;
        }
    }

    public int Read(Span<float> buffer)
    {
        int channels = track.Channels, count = (int)Math.Min(buffer.Length, ((long)track.Frames * channels) - position);
        for (int i = 0; i < Math.Min(count, channels); i++)
        {
            (long frame, long channel) = Math.DivRem(position + i, channels);
            var samples = track[(int)channel][(int)frame..];
            for (int n = i, k = 0; n < count; n += channels, k++) buffer[n] = samples[k];
        }
        position += count;
        return count;
    }
}
