using System.Runtime.InteropServices;
using DgxMusic.Audio;
using DgxMusic.Dsp;
using DgxMusic.Dsp.Quantization;
using NAudio.Wave;

namespace DgxMusic.NAudio;

/// <summary>What a provider of NAudio gives, as our readers do.</summary>
sealed class ProviderReader : ISampleReader
{
    const int BlockSamples = 1 << 14;

    readonly ISampleProvider provider;
    readonly float[] samples;
    readonly List<string> warnings = [];
    bool ended;

    public ProviderReader(ISampleProvider provider)
    {
        WaveFormat format = provider.WaveFormat;
        bool isSound = format.Channels is >= 1 and <= AudioFormat.MostChannels && format.SampleRate >= 1;
        if (!isSound) throw new ArgumentException($"The provider says {format.Channels} channels at {format.SampleRate} Hz.", nameof(provider));
        (this.provider, Format) = (provider, new AudioFormat(format.SampleRate, format.Channels, "raw"));
        samples = new float[BlockSamples / format.Channels * format.Channels];
    }

    public AudioFormat Format { get; }

    public long? Frames => null;

    public IReadOnlyList<string> Warnings => warnings;

    public int Read(AudioBuffer block)
    {
        SampleReaders.CheckBlock(block, Format.SampleRateHz, Format.Channels);
        int done = 0;
        while (done < block.Frames && !ended)
        {
            Span<float> part = samples.AsSpan(0, Math.Min(samples.Length, (block.Frames - done) * Format.Channels));
            int count = Fill(part), frames = count / Format.Channels, loose = count % Format.Channels;
            SampleReader.Read(MemoryMarshal.AsBytes(part[..(frames * Format.Channels)]), SampleFormat.Float32, block.Slice(done, frames));
            done += frames;
            ended = count < part.Length;
            if (loose > 0) warnings.Add($"The last {loose} samples are no whole frame of {Format.Channels} and were left out.");
        }
        return done;
    }

    public void Dispose() => (provider as IDisposable)?.Dispose();

    /// <summary>Providers may give fewer than asked for; nothing is their end.</summary>
    int Fill(Span<float> part)
    {
        int count = 0;
        while (count < part.Length && provider.Read(part[count..]) is > 0 and int more) count += more;
        return count;
    }
}
