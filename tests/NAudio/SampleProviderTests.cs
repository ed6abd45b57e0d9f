using DgxMusic.Audio;
using DgxMusic.Audio.Tests;
using DgxMusic.Dsp;
using NAudio.Wave;
using NAudio.Wave.SampleProviders;

namespace DgxMusic.NAudio.Tests;

public class SampleProviderTests
{
    [Theory, InlineData(1, 7), InlineData(2, 4_096), InlineData(2, 1), InlineData(3, 1_000), InlineData(8, 5)]
    public void AsSampleProvider_BufferOrReader_IsInterleavedWhateverIsAskedFor(int channels, int samplesAtOnce)
    {
        AudioBuffer track = Signals.Noise(44_100, channels, 10_007, 2, seed: 5);
        foreach (ISampleProvider provider in (ISampleProvider[])[track.AsSampleProvider(), new BufferReader(track).AsSampleProvider()])
        {
            Assert.Equal(WaveFormat.CreateIeeeFloatWaveFormat(44_100, channels), provider.WaveFormat);
            float[] all = new float[(10_007 * channels) + 50];
            int count = 0;
            while (provider.Read(all.AsSpan(count, Math.Min(samplesAtOnce, all.Length - count))) is > 0 and int more) count += more;
            Assert.Equal(10_007 * channels, count);
            for (int i = 0; i < count; i++) Assert.Equal(track[i % channels][i / channels], all[i]);
        }
    }

    [Fact]
    public void Frame_SetAgain_ReadsFromThere()
    {
        AudioBuffer track = Signals.Noise(44_100, 2, 100, 1, seed: 5);
        var provider = new BufferSampleProvider(track);
        provider.Read(new float[150]);
        Assert.Equal(75, provider.Frame);
        provider.Frame = 10;
        float[] samples = new float[2];
        Assert.Equal(2, provider.Read(samples));
        Assert.Equal([track[0][10], track[1][10]], samples);
        provider.Frame = int.MaxValue;
        Assert.Equal(0, provider.Read(samples));
    }

    [Fact]
    public void AsSampleProvider_InAChainOfNAudio_Plays()
    {
        AudioBuffer track = Signals.Noise(44_100, 2, 5_000, 0.5, seed: 5);
        var chain = new VolumeSampleProvider(new OffsetSampleProvider(track.AsSampleProvider()) { SkipOverSamples = 200 }) { Volume = 0.5f };
        using ISampleReader reader = chain.AsSampleReader();
        AudioBuffer played = reader.ReadAll();
        Assert.Equal(4_900, played.Frames);
        for (int channel = 0; channel < 2; channel++)
        {
            for (int i = 0; i < 4_900; i++) Assert.Equal(track[channel][i + 100] * 0.5f, played[channel][i]);
        }
    }

    [Theory, InlineData(1), InlineData(3), InlineData(100_000)]
    public void AsSampleReader_ProviderOfFewAtOnce_GivesWholeFrames(int atOnce)
    {
        AudioBuffer track = Signals.Noise(44_100, 2, 40_001, 1, seed: 5);
        using ISampleReader reader = new Dripping(track.AsSampleProvider(), atOnce).AsSampleReader();
        Assert.Equal(new AudioFormat(44_100, 2, "raw"), reader.Format);
        AudioBuffer read = reader.ReadAll();
        Assert.Equal(40_001, read.Frames);
        for (int channel = 0; channel < 2; channel++) Assert.True(track[channel].SequenceEqual(read[channel]));
        Assert.Empty(reader.Warnings);
    }

    [Fact]
    public void AsSampleReader_HalfAFrameAtTheEnd_IsLeftOutWithAWarning()
    {
        var provider = new OffsetSampleProvider(new AudioBuffer(44_100, 1, 7).AsSampleProvider());
        using ISampleReader reader = new Stereo(provider).AsSampleReader();
        Assert.Equal(3, reader.ReadAll().Frames);
        Assert.Equal("The last 1 samples are no whole frame of 2 and were left out.", Assert.Single(reader.Warnings));
    }

    [Fact]
    public void AsSampleReader_MoreChannelsThanWeRead_IsAnArgumentFault() =>
        Assert.Throws<ArgumentException>(() => new SilenceProvider(WaveFormat.CreateIeeeFloatWaveFormat(44_100, 65)).ToSampleProvider().AsSampleReader());

    sealed class Dripping(ISampleProvider source, int atOnce) : ISampleProvider
    {
        public WaveFormat WaveFormat => source.WaveFormat;

        public int Read(Span<float> buffer) => source.Read(buffer[..Math.Min(buffer.Length, atOnce)]);
    }

    sealed class Stereo(ISampleProvider mono) : ISampleProvider
    {
        public WaveFormat WaveFormat => WaveFormat.CreateIeeeFloatWaveFormat(mono.WaveFormat.SampleRate, 2);

        public int Read(Span<float> buffer) => mono.Read(buffer);
    }
}
