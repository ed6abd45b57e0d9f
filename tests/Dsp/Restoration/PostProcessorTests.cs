using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;
using DgxMusic.Dsp.Restoration;

namespace DgxMusic.Dsp.Tests.Restoration;

[Trait("Requirement", "D-44")]
public sealed class PostProcessorTests
{
    static readonly PostProcess All = new(new(), new(), new());

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [Trait("Category", "Kernels")]
    public void Process_AnyBlocks_GivesSameBits(int block)
    {
        AudioBuffer track = Loudness.Tones.Programme(8_000, 2, 4, 0.5f), others = Loudness.Tones.Programme(8_000, 2, 4, 0.5f, seed: 2);
        NormalizationPlan plan = PostProcessing.Plan(All with { TargetLufs = -20 }, TrackMeter.Measure(Trial.Run(All, track, others)))!;
        AudioBuffer whole = Trial.Run(All, track, others, block: track.Frames, plan), cut = Trial.Run(All, track, others, block, plan);
        for (int channel = 0; channel < 2; channel++) Assert.Equal(whole[channel].ToArray(), cut[channel].ToArray());
    }

    [Theory]
    [InlineData(8_000, 1, 0)]
    [InlineData(8_000, 2, 1)]
    [InlineData(44_100, 1, 1)]
    [InlineData(44_100, 2, 3_000)]
    [InlineData(192_000, 2, 50_000)]
    public void Flush_AnyLength_GivesAsManyFramesAndNumbers(int rate, int channels, int frames)
    {
        AudioBuffer track = Loudness.Tones.Noise(rate, channels, frames, 0.5f), silence = new(rate, channels, frames);
        foreach (AudioBuffer input in (AudioBuffer[])[track, silence])
        {
            AudioBuffer output = Trial.Run(All, input, track);
            Assert.Equal((frames, channels), (output.Frames, output.Channels));
            for (int channel = 0; channel < channels; channel++) Assert.All(output[channel].ToArray(), sample => Assert.True(float.IsFinite(sample)));
        }
    }

    [Fact]
    public void Process_LoudestAndQuietestSamples_StayNumbers()
    {
        foreach (float level in (float[])[1e12f, 1e-30f, float.Epsilon])
        {
            AudioBuffer track = Loudness.Tones.Noise(8_000, 2, 24_000, level), others = Loudness.Tones.Noise(8_000, 2, 24_000, level, seed: 2);
            AudioBuffer output = Trial.Run(All, track, others);
            Assert.All([.. output[0], .. output[1]], sample => Assert.True(float.IsFinite(sample)));
        }
    }

    [Fact]
    public void Process_NothingAsked_PassesBitForBit()
    {
        AudioBuffer track = Loudness.Tones.Noise(44_100, 2, 10_000, 0.5f);
        Assert.Equal(track[1].ToArray(), Trial.Run(new(), track)[1].ToArray());
        Assert.True(new PostProcess().IsNothing);
        Assert.False(All.IsNothing);
    }

    [Fact]
    public void Process_WholeChain_EqualsTheStepsOneAfterTheOther()
    {
        AudioBuffer track = Loudness.Tones.Programme(22_050, 2, 3, 0.5f), others = Loudness.Tones.Programme(22_050, 2, 3, 0.5f, seed: 2);
        AudioBuffer one = Trial.Run(new(DeBleed: new()), track, others), two = Trial.Run(new(Denoise: new()), one), three = Trial.Run(new(Gate: new()), two);
        Assert.Equal(three[0].ToArray(), Trial.Run(All, track, others)[0].ToArray());
    }

    [Theory]
    [InlineData(-23, -23.0)]
    [InlineData(-6, null)]
    public void Process_TargetLoudness_IsMetUnlessThePeakForbids(double target, double? expected)
    {
        var settings = new PostProcess(Gate: new(), TargetLufs: target);
        AudioBuffer track = Loudness.Tones.Programme(44_100, 2, 5, 0.3f);
        TrackLoudness measured = TrackMeter.Measure(Trial.Run(settings, track));
        AudioBuffer result = Trial.Run(settings, track, plan: PostProcessing.Plan(settings, measured));
        TrackLoudness heard = TrackMeter.Measure(result);
        if (expected is { } lufs) Assert.Equal(lufs, heard.IntegratedLufs, 0.01);   // one gain, rounded to float
        else Assert.Equal(-1.0, heard.TruePeakDbtp, 0.01);
        Assert.True(heard.TruePeakDbtp <= -1.0 + 1e-4);   // the gain's rounding

        // Nothing but a gain: the ratio of samples is the same everywhere.
        AudioBuffer gated = Trial.Run(new(Gate: new()), track);
        double gain = Math.Pow(10, (heard.IntegratedLufs - measured.IntegratedLufs) / 20);
        Assert.All(Enumerable.Range(0, 1000).Select(i => i * 200), n => Assert.Equal(gated[0][n] * gain, result[0][n], 1e-6 + (1e-5 * Math.Abs(result[0][n]))));
    }

    [Fact]
    public void Open_ValuesOutOfRange_AreNamedOneByOne()
    {
        var settings = new PostProcess(new(-1, 9, double.NaN), new(31, 0), new(1, -1, 51, 2001, 0, 101), 0);
        PipelineException refused = Assert.Throws<PipelineException>(() => PostProcessing.Open(settings, 44_100, 2));
        Assert.Equal(Problem.InvalidRequest, refused.Problem);
        Assert.Equal(12, refused.Details.Count);
        Assert.Equal("9 is not between 0.5 and 4.", refused.Details["de_bleed.exponent"]);
        Assert.Equal("1 is not between -100 and 0 dBFS.", refused.Details["gate.threshold_dbfs"]);
        PostProcessRules.Check(new(new(), new(), new(), -14));
    }

    [Fact]
    public void Open_RateOrChannelsOutOfRange_IsRefused()
    {
        Assert.Equal(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => PostProcessing.Open(All, 7_999, 2)).Problem);
        Assert.Equal(Problem.InvalidRequest, Assert.Throws<PipelineException>(() => PostProcessing.Open(All, 192_001, 2)).Problem);
        Assert.Equal(Problem.TooManyChannels, Assert.Throws<PipelineException>(() => PostProcessing.Open(All, 44_100, 3)).Problem);
    }

    [Fact]
    public void Process_BadBlocks_AreRefused()
    {
        PostProcessor processor = PostProcessing.Open(All, 44_100, 1);
        AudioBuffer block = new(44_100, [[float.NaN]]), fine = new(44_100, 1, 1);
        Assert.True(processor.NeedsOthers);
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => processor.Process(block, fine)).Problem);
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => processor.Process(fine, block)).Problem);
        Assert.Throws<ArgumentException>(() => processor.Process(fine));
        Assert.Throws<ArgumentException>(() => processor.Process(fine, new(44_100, 1, 2)));
        processor.Flush();
        Assert.Throws<InvalidOperationException>(() => processor.Process(fine, fine));
    }
}
