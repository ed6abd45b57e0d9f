using DgxMusic.Dsp.Separations;
using DgxMusic.Dsp.Tests.Loudness;

namespace DgxMusic.Dsp.Tests.Separations;

[Trait("Requirement", "D-45")]
public sealed class SdrMeterTests
{
    [Theory]
    [InlineData(10_000)]
    [InlineData(35_000)]
    public void Complete_Noise_EqualsPlainDefinition(int frames)
    {
        AudioBuffer truth = Tones.Programme(8_000, 2, frames / 8_000.0, 0.5f), estimate = Tones.Noise(8_000, 2, frames, 0.02f);
        for (int channel = 0; channel < 2; channel++)
        {
            for (int n = 0; n < frames; n++) estimate[channel][n] += truth[channel][n];
        }

        SourceToDistortion sdr = Measured(truth, estimate, frames);
        double[] seconds = [.. Enumerable.Range(0, frames / 8_000).Select(second => Ratio(truth, estimate, second * 8_000, 8_000)).Order()];
        Assert.Equal(Ratio(truth, estimate, 0, frames), sdr.GlobalDb!.Value, 1e-4);   // differences rounded to float
        Assert.Equal((seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2, sdr.MedianDb!.Value, 1e-4);
        Assert.Equal((seconds.Length, false), (sdr.SecondsCounted, sdr.IsExact));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Process_AnyBlocks_GivesSameBits(int block)
    {
        AudioBuffer truth = Tones.Noise(8_000, 2, 20_001, 0.5f, seed: 1), estimate = Tones.Noise(8_000, 2, 20_001, 0.5f, seed: 2);
        Assert.Equal(Measured(truth, estimate, 20_001), Measured(truth, estimate, block));
    }

    [Fact]
    public void Complete_HalfTheAmplitude_IsSixDecibels()
    {
        AudioBuffer truth = Tones.Noise(8_000, 1, 24_000, 0.5f), estimate = new(8_000, [truth[0].ToArray().Select(x => x / 2).ToArray()]);
        SourceToDistortion sdr = Measured(truth, estimate, 24_000);
        Assert.Equal(6.0206, sdr.GlobalDb!.Value, 1e-4);   // 20 log 2; halves are exact
        Assert.Equal(6.0206, sdr.MedianDb!.Value, 1e-4);
    }

    [Fact]
    public void Complete_SilentSecond_IsNotInTheMedian()
    {
        AudioBuffer truth = Tones.Noise(8_000, 1, 24_000, 0.5f), estimate = Tones.Noise(8_000, 1, 24_000, 0.5f, seed: 2);
        truth[0].Slice(8_000, 8_000).Clear();
        Assert.Equal(2, Measured(truth, estimate, 24_000).SecondsCounted);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(20_000, true)]
    public void Complete_NothingDiffersOrNothingThere_IsNull(int frames, bool exact)
    {
        AudioBuffer truth = Tones.Noise(8_000, 2, frames, 0.5f), silence = new(8_000, 2, frames);
        Assert.Equal(new(null, null, frames / 8_000, exact), Measured(truth, truth, 4096));
        Assert.Equal(new(null, null, 0, exact), Measured(silence, silence, 4096));
        Assert.Null(Measured(silence, truth, 4096).GlobalDb);
        Assert.Null(Measured(silence, truth, 4096).MedianDb);
    }

    static SourceToDistortion Measured(AudioBuffer truth, AudioBuffer estimate, int block)
    {
        var meter = new SdrMeter(truth.SampleRateHz, truth.Channels);
        for (int from = 0; from < truth.Frames; from += block)
        {
            int count = Math.Min(block, truth.Frames - from);
            meter.Process(truth.Slice(from, count), estimate.Slice(from, count));
        }

        return meter.Complete();
    }

    static double Ratio(AudioBuffer truth, AudioBuffer estimate, int from, int count)
    {
        double signal = 0, error = 0;
        for (int channel = 0; channel < truth.Channels; channel++)
        {
            for (int n = from; n < from + count; n++)
            {
                signal += Math.Pow(truth[channel][n], 2);
                error += Math.Pow(truth[channel][n] - estimate[channel][n], 2);
            }
        }

        return 10 * Math.Log10(signal / error);
    }
}
