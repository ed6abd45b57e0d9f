namespace DgxMusic.Dsp;

/// <summary>Samples of one signal: float32, nominal ±1, one array a channel, all equally long.</summary>
public sealed class AudioBuffer
{
    readonly float[][] samples;
    readonly int start;

    /// <summary>A silent buffer.</summary>
    /// <param name="sampleRateHz">Frames a second, 1 to 384,000.</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="frames">Samples a channel; 0 is a signal too.</param>
    public AudioBuffer(int sampleRateHz, int channels, int frames)
        : this(sampleRateHz, [.. Enumerable.Range(0, channels).Select(_ => new float[frames])])
    {
    }

    /// <summary>Takes the arrays as they are, without a copy.</summary>
    public AudioBuffer(int sampleRateHz, float[][] channels)
        : this(sampleRateHz, channels, 0, channels.Length == 0 ? 0 : channels[0].Length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(channels.Length, nameof(channels));
        if (channels.Any(channel => channel.Length != channels[0].Length)) throw new ArgumentException("Channels differ in length.", nameof(channels));
    }

    AudioBuffer(int sampleRateHz, float[][] channels, int start, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        (SampleRateHz, samples, this.start, Frames) = (sampleRateHz, channels, start, frames);
    }

    public int SampleRateHz { get; }

    public int Channels => samples.Length;

    /// <summary>Samples a channel.</summary>
    public int Frames { get; }

    public double Seconds => (double)Frames / SampleRateHz;

    /// <summary>The samples of channel <paramref name="channel"/>, counted from 0.</summary>
    public Span<float> this[int channel] => samples[channel].AsSpan(start, Frames);

    /// <summary>Frames in a time: the nearest whole number, halves away from zero.</summary>
    public static long FramesIn(double seconds, int sampleRateHz) => (long)Math.Round(seconds * sampleRateHz, MidpointRounding.AwayFromZero);

    /// <summary>A window on the same memory.</summary>
    public AudioBuffer Slice(int from, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from + frames, Frames, nameof(frames));
        return new(SampleRateHz, samples, start + from, frames);
    }
}
