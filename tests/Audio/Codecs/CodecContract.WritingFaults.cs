using DgxMusic.Audio.Wav;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Tests.Codecs;

public abstract partial class CodecContract
{
    [Fact]
    public void CompleteWav_FewerFramesThanAnnounced_Throws()
    {
        using var writer = Codec.CreateWav(new MemoryStream(), new WavLayout(48_000, 1, BitDepth.Pcm16, 10));
        writer.Write(new AudioBuffer(48_000, 1, 9));
        Assert.Throws<InvalidOperationException>(writer.Complete);
    }

    [Fact]
    public void WriteWav_MoreFramesThanAnnounced_Throws()
    {
        using var writer = Codec.CreateWav(new MemoryStream(), new WavLayout(48_000, 1, BitDepth.Pcm16, 10));
        Assert.Throws<InvalidOperationException>(() => writer.Write(new AudioBuffer(48_000, 1, 11)));
    }

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity), Trait("Requirement", "X-14")]
    public void WriteWav_NotANumber_WritesNothingOfTheBlockAndNeverCompletes(float sample)
    {
        var target = new MemoryStream();
        using var writer = Codec.CreateWav(target, new WavLayout(48_000, 2, BitDepth.Pcm16, 4));
        writer.Write(new AudioBuffer(48_000, 2, 2));
        long before = target.Length;
        var fault = Assert.Throws<PipelineException>(() => writer.Write(new AudioBuffer(48_000, [[0f, 0f], [0f, sample]])));
        Assert.Equal(Problem.InvalidSamples, fault.Problem);
        Assert.StartsWith("Frame 3 of channel 2 is ", fault.Message);
        Assert.Equal(before, target.Length);
        Assert.Throws<InvalidOperationException>(() => writer.Write(new AudioBuffer(48_000, 2, 2)));
        Assert.Throws<InvalidOperationException>(writer.Complete);
    }

    [Fact]
    public void WriteWav_OtherRateOrChannels_IsAnArgumentFault()
    {
        using var writer = Codec.CreateWav(new MemoryStream(), new WavLayout(48_000, 2, BitDepth.Pcm16, 4));
        Assert.Throws<ArgumentException>(() => writer.Write(new AudioBuffer(48_000, 1, 2)));
        Assert.Throws<ArgumentException>(() => writer.Write(new AudioBuffer(44_100, 2, 2)));
    }

    [Theory]
    [InlineData(0, 2, 4), InlineData(48_000, 0, 4), InlineData(48_000, 65, 4), InlineData(48_000, 2, -1), InlineData(48_000, 2, long.MaxValue)]
    public void CreateWav_ImpossibleLayout_IsAnArgumentFault(int rateHz, int channels, long frames)
    {
        var target = new MemoryStream();
        Assert.Throws<ArgumentOutOfRangeException>(() => Codec.CreateWav(target, new WavLayout(rateHz, channels, BitDepth.Pcm16, frames)));
        Assert.Equal(0, target.Length);
    }

    [Fact]
    public void CreateWav_MaskOfAnotherChannelCount_IsAnArgumentFault() =>
        Assert.Throws<ArgumentException>(() => Codec.CreateWav(new MemoryStream(), new WavLayout(48_000, 2, BitDepth.Pcm16, 4, ChannelMask: 4)));
}
