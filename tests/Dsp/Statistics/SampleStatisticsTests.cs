using DgxMusic.Dsp.Statistics;
using DgxMusic.Dsp.Tests.Loudness;

namespace DgxMusic.Dsp.Tests.Statistics;

public sealed class SampleStatisticsTests
{
    [Fact]
    [Trait("Requirement", "A-24")]
    public void Overall_AntiPhaseStereo_IsNotAveragedAway()
    {
        var audio = new AudioBuffer(44_100, [[0.5f, -0.5f, 0.5f, -0.5f], [-0.5f, 0.5f, -0.5f, 0.25f]]);
        SampleFigures figures = Of(audio).Overall;

        Assert.Equal(8, figures.Count);
        Assert.Equal(0.5, figures.Peak);
        Assert.Equal(Math.Sqrt(((7 * 0.25) + 0.0625) / 8), figures.Rms, 1e-12);
        Assert.Equal(20.0 * Math.Log10(0.5 / figures.Rms), figures.CrestFactorDb, 1e-12);
        Assert.Equal(-0.25 / 8, figures.Mean, 1e-12);
    }

    [Fact]
    [Trait("Requirement", "A-24")]
    public void Overall_SilenceOrNothing_IsFinite()
    {
        foreach (int frames in new[] { 0, 100 })
        {
            SampleFigures figures = Of(new AudioBuffer(44_100, 2, frames)).Overall;
            Assert.Equal(new SampleFigures(2 * frames, 0, 0.0, 0.0, 0.0), figures);
            Assert.Equal(0.0, figures.CrestFactorDb);
        }
    }

    [Fact]
    [Trait("Requirement", "A-24")]
    public void Channel_SineWithOffset_ReadsTheory()
    {
        var audio = new AudioBuffer(48_000, 2, 48_000);
        for (int i = 0; i < audio.Frames; i++) audio[1][i] = (float)(0.1 + (0.5 * Math.Sin(Math.Tau * 1000 * i / 48_000)));
        SampleFigures figures = Of(audio).Channel(1);

        // Single-precision samples: 2⁻²⁵ of their size.
        Assert.Equal(0.6, figures.Peak, 1e-7);
        Assert.Equal(0.1, figures.Mean, 1e-7);
        Assert.Equal(Math.Sqrt(0.01 + 0.125), figures.Rms, 1e-7);
        Assert.Equal(0.0, Of(audio).Channel(0).Peak);
    }

    [Fact]
    [Trait("Requirement", "X-14")]
    public void Overall_SamplesThatAreNoNumbers_AreCountedAndLeftOut()
    {
        float[] samples = [.. Enumerable.Repeat(0.25f, 40)];
        (samples[3], samples[17], samples[39]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        SampleFigures figures = Of(new AudioBuffer(44_100, [samples])).Overall;

        Assert.Equal(new SampleFigures(40, 3, 0.25, 0.25, 0.25), figures);
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Process_AnyBlockingAndTail_EqualsScalarBitForBit()
    {
        foreach (int frames in Enumerable.Range(0, 40).Append(5_003))
        {
            AudioBuffer noise = Tones.Noise(44_100, 1, frames, 1f, frames + 1);
            var plain = new SampleStatistics.Sums();
            plain.AddScalar(noise[0]);
            foreach (int[] sizes in new[] { new[] { 5_003 }, [1], [3, 8, 0, 21], [16] })
            {
                var statistics = new SampleStatistics(1);
                foreach (AudioBuffer block in Tones.Cut(noise, sizes)) statistics.Process(block);
                SampleFigures figures = statistics.Channel(0);
                Assert.Equal(plain.Peak, figures.Peak);
                Assert.Equal(frames == 0 ? 0.0 : Math.Sqrt(plain.Squares / frames), figures.Rms);
                Assert.Equal(frames == 0 ? 0.0 : plain.Total / frames, figures.Mean);
            }
        }
    }

    static SampleStatistics Of(AudioBuffer audio)
    {
        var statistics = new SampleStatistics(audio.Channels);
        statistics.Process(audio);
        return statistics;
    }
}
