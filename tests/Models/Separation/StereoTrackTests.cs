using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Tests.Separation;

public sealed class StereoTrackTests
{
    [Fact]
    public void Blocks_MonoAtAnotherRate_IsDoubledAndResampled()
    {
        AudioBuffer mono = GoldenSignal.Mix(22_050, 22_050, 1, "mono");
        long frames = 0;
        foreach (AudioBuffer block in StereoTrack.Blocks(SampleSource.Of(mono), 44_100, null, default))
        {
            Assert.Equal((44_100, 2), (block.SampleRateHz, block.Channels));
            Assert.Equal(block[0].ToArray(), block[1].ToArray());
            frames += block.Frames;
        }

        Assert.Equal(44_100, frames);
    }

    [Fact]
    public void Measure_Track_IsThatOfTheMiddle()
    {
        AudioBuffer mix = GoldenSignal.Mix(10_000, 44_100, 2, "track");
        TrackStatistics track = Measure(mix);
        double[] middle = [.. Enumerable.Range(0, mix.Frames).Select(n => (mix[0][n] + mix[1][n]) / 2.0)];
        double mean = middle.Average();
        Assert.Equal(mix.Frames, track.Frames);
        Assert.Equal(mean, track.Mean, 1e-9);
        Assert.Equal(Math.Sqrt(middle.Sum(value => (value - mean) * (value - mean)) / (middle.Length - 1)), track.Deviation, 1e-9);
    }

    [Fact]
    public void Measure_EmptyOrInvalidTrack_IsRefused()
    {
        Assert.Equal(Problem.EmptyAudio, Assert.Throws<PipelineException>(() => Measure(new(44_100, 2, 0))).Problem);
        var broken = new AudioBuffer(44_100, 2, 100);
        broken[1][50] = float.NaN;
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => Measure(broken)).Problem);
        Assert.Equal(Problem.TooManyChannels, Assert.Throws<PipelineException>(() => Measure(new(44_100, 3, 100))).Problem);
    }

    static TrackStatistics Measure(AudioBuffer track)
    {
        var measure = new TrackMeasure();
        foreach (AudioBuffer block in StereoTrack.Blocks(SampleSource.Of(track), null, null, default)) measure.Add(block);
        return measure.Complete();
    }
}
