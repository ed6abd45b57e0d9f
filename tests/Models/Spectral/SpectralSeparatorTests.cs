using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

public sealed class SpectralSeparatorTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(777)]
    [InlineData(2048)]
    [InlineData(30_000)]
    public void Process_AnyBlocks_GivesTheSameBits(int blockFrames)
    {
        AudioBuffer mix = Noise(blockFrames == 1 ? 9_000 : 50_001, 2, 44_100);
        SpectralStems whole = Music.Separate(mix), pieces = Music.Separate(mix, blockFrames);
        foreach ((AudioBuffer expected, AudioBuffer actual) in All(whole).Zip(All(pieces)))
        {
            for (int channel = 0; channel < 2; channel++) Assert.True(expected[channel].SequenceEqual(actual[channel]));
        }
    }

    [Theory]
    [InlineData(8_000, 1, 9_999)]
    [InlineData(22_050, 2, 30_000)]
    [InlineData(44_100, 1, 1)]
    [InlineData(44_100, 2, 8_192)]
    [InlineData(48_000, 2, 100_000)]
    [InlineData(96_000, 2, 50_000)]
    [InlineData(192_000, 1, 70_000)]
    public void Process_AnyRate_GivesAsManyFramesAsWentInAndStemsThatAddUp(int sampleRateHz, int channels, int frames)
    {
        AudioBuffer mix = Noise(frames, channels, sampleRateHz);
        AudioBuffer[] stems = All(Music.Separate(mix, 5_000));
        Assert.All(stems, stem => Assert.Equal((frames, channels, sampleRateHz), (stem.Frames, stem.Channels, stem.SampleRateHz)));
        for (int channel = 0; channel < channels; channel++)
        {
            for (int i = 0; i < frames; i++)
            {
                // What is left is rounded once: half a step of float32 below 2, and no more.
                double sum = stems.Sum(stem => (double)stem[channel][i]);
                Assert.True(Math.Abs(sum - mix[channel][i]) <= 6e-8, $"Frame {i} adds up to {sum}, not {mix[channel][i]}.");
            }
        }
    }

    [Fact]
    public void Process_Blocks_FollowOnEachOther()
    {
        var separator = new SpectralSeparator(44_100, 2);
        AudioBuffer mix = Noise(100_000, 2, 44_100);
        long next = 0;
        for (int from = 0; from < mix.Frames; from += 10_000)
        {
            SpectralStems stems = separator.Process(mix.Slice(from, 10_000));
            Assert.Equal(next, stems.StartFrame);
            next += stems.Frames;
        }

        Assert.True(next >= 100_000 - 32_768, $"Only {next} frames came before the end.");
        Assert.Equal(next, separator.Flush().StartFrame);
    }

    [Fact]
    public void Process_Silence_IsExactlySilent()
    {
        AudioBuffer mix = new(44_100, 2, 200_000);
        Noise(60_000, 2, 44_100)[0].CopyTo(mix[0][40_000..]);
        AudioBuffer[] stems = All(Music.Separate(mix));
        // A long window and a short one, 18,432 frames, before the noise and after it no stem has anything.
        Assert.All(stems, stem => Assert.False(stem[0][..21_000].ContainsAnyExcept(0f) || stem[0][119_000..].ContainsAnyExcept(0f)));
        Assert.All(stems, stem => Assert.False(stem[1].ContainsAnyExcept(0f)));
    }

    [Fact]
    public void Process_BothChannelsAlike_SeparatesAsMono()
    {
        AudioBuffer mono = new(44_100, [Music.Compose("funk groove", 4, 3).Drums[0].ToArray()]), both = new(44_100, [mono[0].ToArray(), mono[0].ToArray()]);
        foreach ((AudioBuffer one, AudioBuffer two) in All(Music.Separate(mono)).Zip(All(Music.Separate(both))))
        {
            Assert.True(two[0].SequenceEqual(two[1]));
            for (int i = 0; i < one.Frames; i++) Assert.Equal(one[0][i], two[0][i], 1e-5);   // the powers are rounded differently
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e13f)]
    public void Process_SampleThatIsNoNumber_IsRefusedAndNotTaken(float sample)
    {
        var separator = new SpectralSeparator(44_100, 1);
        AudioBuffer bad = new(44_100, 1, 100);
        bad[0][50] = sample;
        Assert.Same(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => separator.Process(bad)).Problem);
        Assert.Equal(0, separator.Flush().Frames);
    }

    [Fact]
    public void Process_LoudestSamples_StayFinite()
    {
        AudioBuffer mix = Noise(40_000, 2, 44_100);
        for (int channel = 0; channel < 2; channel++)
        {
            foreach (ref float sample in mix[channel]) sample *= 1e12f;
        }

        Assert.All(All(Music.Separate(mix)), stem => Assert.DoesNotContain(stem[0].ToArray(), sample => !float.IsFinite(sample)));
    }

    [Fact]
    public void Constructor_ChannelsOrRateOutOfRange_IsRefused()
    {
        Assert.Same(Problem.TooManyChannels, Assert.Throws<PipelineException>(() => new SpectralSeparator(44_100, 3)).Problem);
        Assert.Same(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => new SpectralSeparator(7_999, 2)).Problem);
        Assert.Same(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => new SpectralSeparator(192_001, 2)).Problem);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpectralSeparator(44_100, 0));
    }

    [Fact]
    public void Process_AnotherFormatOrAfterTheEnd_Throws()
    {
        var separator = new SpectralSeparator(44_100, 2);
        Assert.Throws<ArgumentException>(() => separator.Process(new(44_100, 1, 10)));
        Assert.Throws<ArgumentException>(() => separator.Process(new(48_000, 2, 10)));
        separator.Flush();
        Assert.Throws<InvalidOperationException>(() => separator.Process(new(44_100, 2, 10)));
        Assert.Throws<InvalidOperationException>(() => separator.Flush());
    }

    [Fact]
    public void Process_LongMusic_AllocatesNothingButTheStems()
    {
        var separator = new SpectralSeparator(44_100, 2);
        AudioBuffer block = Noise(44_100, 2, 44_100);
        for (int i = 0; i < 3; i++) separator.Process(block);
        long before = GC.GetAllocatedBytesForCurrentThread(), frames = 0;
        for (int i = 0; i < 5; i++) frames += separator.Process(block).Frames;
        // Four stems of two channels of float32, and a few objects a call.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, frames * 32, (frames * 32) + (5 * 5_000));
    }

    static AudioBuffer[] All(SpectralStems stems) => [stems.Vocals, stems.Drums, stems.Bass, stems.Other];

    static AudioBuffer Noise(int frames, int channels, int sampleRateHz)
    {
        var random = new Random(frames);
        return new(sampleRateHz, [.. Enumerable.Range(0, channels).Select(_ => Enumerable.Range(0, frames).Select(_ => (2f * random.NextSingle()) - 1f).ToArray())]);
    }
}
