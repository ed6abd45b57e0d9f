using DgxMusic.Contracts;
using DgxMusic.Dsp.Resampling;
using DgxMusic.Dsp.Tests.Spectrum;

namespace DgxMusic.Dsp.Tests.Resampling;

public sealed class ResamplerTests
{
    /// <summary>Upwards, downwards, whole ratios, one that has no exact table, and a steep descent.</summary>
    public static TheoryData<int, int> Rates => new()
    {
        { 44_100, 48_000 }, { 48_000, 44_100 }, { 32_000, 44_100 }, { 44_100, 22_050 }, { 22_050, 44_100 }, { 96_000, 44_100 },
        { 44_100, 48_001 }, { 48_001, 44_100 }, { 192_000, 8_000 }, { 8_000, 96_000 },
    };

    [Theory]
    [MemberData(nameof(Rates))]
    public void Convert_ToneInPassBand_KeepsLevelAndPlace(int inputRateHz, int outputRateHz)
    {
        double lowerNyquist = Math.Min(inputRateHz, outputRateHz) / 2.0;
        foreach (double place in new[] { 0.05, 0.31, 0.6, 0.9 })
        {
            var tone = ToneMeter.Measure(inputRateHz, outputRateHz, place * lowerNyquist);
            Assert.InRange(tone.GainDb, -0.01, 0.01);
            Assert.InRange(tone.DelaySamples, -0.001, 0.001);
            // -135 dB is what a 24-bit file can hold; float sums of 200 terms leave some dB to spare. 5 dB for short windows of few periods.
            Assert.InRange(tone.ResidualDb, -400, place < 0.1 ? -125 : -130);
        }
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Convert_ToneAboveLowerNyquist_IsGone(int inputRateHz, int outputRateHz)
    {
        double lowerNyquist = Math.Min(inputRateHz, outputRateHz) / 2.0;
        foreach (double place in new[] { 1.001, 1.02, 1.08, 1.3, 1.9 })
        {
            if (place * lowerNyquist >= inputRateHz / 2.0) continue;
            Assert.InRange(ToneMeter.Measure(inputRateHz, outputRateHz, place * lowerNyquist).PowerDb, -400, -130);
        }
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Convert_Sweep_HasNoAliasAndNoImage(int inputRateHz, int outputRateHz)
    {
        // A tone's residual is everything that is not the tone: aliases and images of all of the band in steps of 7 %.
        double lowerNyquist = Math.Min(inputRateHz, outputRateHz) / 2.0;
        for (double place = 0.15; place < 0.97; place += 0.07) Assert.InRange(ToneMeter.Measure(inputRateHz, outputRateHz, place * lowerNyquist).ResidualDb, -400, -130);
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Convert_VeryHigh_IsAsCleanAsFloatSamplesAre(int inputRateHz, int outputRateHz)
    {
        double lowerNyquist = Math.Min(inputRateHz, outputRateHz) / 2.0;
        foreach (double place in new[] { 0.15, 0.31, 0.6, 0.9 })
        {
            var tone = ToneMeter.Measure(inputRateHz, outputRateHz, place * lowerNyquist, ResamplerQuality.VeryHigh);
            Assert.InRange(tone.GainDb, -0.001, 0.001);
            Assert.InRange(tone.DelaySamples, -0.001, 0.001);
            // Rounding samples to float before and after leaves -151 dB.
            Assert.InRange(tone.ResidualDb, -400, -149);
        }

        foreach (double place in new[] { 1.001, 1.02, 1.3 })
        {
            if (place * lowerNyquist >= inputRateHz / 2.0) continue;
            Assert.InRange(ToneMeter.Measure(inputRateHz, outputRateHz, place * lowerNyquist, ResamplerQuality.VeryHigh).PowerDb, -400, -150);
        }
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Process_AnyBlocks_GivesTheSameBits(int inputRateHz, int outputRateHz)
    {
        var audio = new AudioBuffer(inputRateHz, [Dft.Noise(30_011, 1), Dft.Noise(30_011, 2)]);
        var whole = Resampler.Convert(audio, outputRateHz);
        foreach (int size in new[] { 1, 997, 4096, 20_000 })
        {
            var blocks = Streamed(size == 1 ? audio.Slice(0, 2_500) : audio, outputRateHz, size);
            var expected = size == 1 ? Resampler.Convert(audio.Slice(0, 2_500), outputRateHz) : whole;
            Assert.Equal(expected.Frames, blocks.Frames);
            Assert.True(expected[0].SequenceEqual(blocks[0]) && expected[1].SequenceEqual(blocks[1]));
        }
    }

    [Theory]
    [InlineData(44_100, 48_000)]
    [InlineData(48_000, 44_100)]
    [InlineData(3, 2)]
    [InlineData(44_100, 48_001)]
    public void Convert_AnyLength_GivesRoundedNumberOfFrames(int inputRateHz, int outputRateHz)
    {
        foreach (int frames in new[] { 0, 1, 2, 3, 100, 147, 1_000, 4_703, 4_704, 4_705, 50_000 })
        {
            var output = Resampler.Convert(new AudioBuffer(inputRateHz, 1, frames), outputRateHz);
            Assert.Equal((int)Math.Round((double)frames * outputRateHz / inputRateHz, MidpointRounding.AwayFromZero), output.Frames);
            Assert.Equal(outputRateHz, output.SampleRateHz);
        }
    }

    [Fact]
    public void Convert_FirstSample_StandsAtTheInstantOfTheFirstInput()
    {
        // An impulse at 0: its response is the filter's right half, so its largest value is output 0, and it is even about it when the impulse stands later.
        var audio = new AudioBuffer(44_100, 1, 4_410);
        (audio[0][0], audio[0][1_470]) = (1, 1);
        var output = Resampler.Convert(audio, 48_000);
        Assert.Equal(0, output[0][..800].IndexOf(output[0][..800].ToArray().Max()));
        for (int k = 1; k < 200; k++) Assert.Equal(output[0][1_600 - k], output[0][1_600 + k], 1e-6f);   // 1470 · 160/147 = 1600
    }

    [Fact]
    public void Convert_Constant_StaysConstantAwayFromTheEdges()
    {
        var audio = new AudioBuffer(44_100, 1, 20_000);
        audio[0].Fill(0.7f);
        var output = Resampler.Convert(audio, 48_000);
        for (int i = 400; i < output.Frames - 400; i++) Assert.Equal(0.7f, output[0][i], 3e-7f);   // rounding of a float sum
    }

    [Fact]
    public void Convert_Silence_IsExactlySilent()
    {
        Assert.Equal(-1, Resampler.Convert(new AudioBuffer(44_100, 1, 9_000), 48_000)[0].IndexOfAnyExcept(0f));
    }

    [Fact]
    public void Convert_SameRate_Copies()
    {
        var audio = new AudioBuffer(44_100, [Dft.Noise(100, 3)]);
        var output = Resampler.Convert(audio, 44_100);
        audio[0].CopyTo(output[0]);
        Assert.True(audio[0].SequenceEqual(output[0]));
        audio[0][0] = 9;
        Assert.NotEqual(9, output[0][0]);
    }

    [Fact]
    public void Flush_Twice_BeginsANewSignal()
    {
        var audio = new AudioBuffer(48_000, [Dft.Noise(9_000, 4)]);
        var resampler = new Resampler(48_000, 44_100, 1);
        float[] Run() => [.. resampler.Process(audio)[0], .. resampler.Flush()[0]];
        float[] first = Run();
        Assert.Equal(first, Run());
        Assert.Equal(0, resampler.Flush().Frames);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Process_NotANumber_IsRefused(float value)
    {
        var audio = new AudioBuffer(48_000, 2, 500);
        audio[1][499] = value;
        var problem = Assert.Throws<PipelineException>(() => Resampler.Convert(audio, 44_100));
        Assert.Same(Problem.InvalidSamples, problem.Problem);
    }

    [Fact]
    public void Constructor_ImpossibleRates_Refuses()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(0, 44_100, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(44_100, 384_001, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resampler(44_100, 48_000, 0));
        Assert.Throws<ArgumentException>(() => new Resampler(384_000, 700, 1));
        Assert.Throws<ArgumentException>(() => new Resampler(44_100, 48_000, 2).Process(new AudioBuffer(44_100, 1, 1)));
    }

    [Fact]
    public void Convert_LargestRatio_KeepsConstant()
    {
        var audio = new AudioBuffer(384_000, 1, 384_000);
        audio[0].Fill(0.5f);
        Assert.Equal(0.5f, Resampler.Convert(audio, 1_001)[0][500], 1e-6f);
    }

    static AudioBuffer Streamed(AudioBuffer audio, int outputRateHz, int blockFrames)
    {
        var resampler = new Resampler(audio.SampleRateHz, outputRateHz, audio.Channels);
        List<float> left = [], right = [];
        void Take(AudioBuffer output)
        {
            left.AddRange(output[0]);
            right.AddRange(output[1]);
        }

        for (int at = 0; at < audio.Frames; at += blockFrames) Take(resampler.Process(audio.Slice(at, Math.Min(blockFrames, audio.Frames - at))));
        Take(resampler.Flush());
        return new AudioBuffer(outputRateHz, [[.. left], [.. right]]);
    }
}
