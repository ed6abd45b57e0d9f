namespace DgxMusic.Dsp.Tests;

public sealed class AudioBufferTests
{
    [Theory]
    [InlineData(16.0, 32_000, 512_000)]
    [InlineData(0.5, 3, 2)]                  // 1.5 frames
    [InlineData(0.1, 44_100, 4_410)]         // 4410.000000000001 in double precision
    [InlineData(0.99999, 44_100, 44_100)]    // never truncated
    [InlineData(0.0, 44_100, 0)]
    [Trait("Requirement", "X-02")]
    public void FramesIn_Seconds_RoundsHalfAwayFromZero(double seconds, int sampleRateHz, long frames)
    {
        Assert.Equal(frames, AudioBuffer.FramesIn(seconds, sampleRateHz));
    }

    [Fact]
    [Trait("Requirement", "X-02")]
    public void Seconds_AnyLength_IsFramesOverRateUnrounded()
    {
        Assert.Equal(12_345.0 / 44_100.0, new AudioBuffer(44_100, 1, 12_345).Seconds);
    }

    [Fact]
    [Trait("Requirement", "X-01")]
    public void Indexer_Channel_IsItsOwnMemoryAndKeepsWhatIsBeyondOne()
    {
        var audio = new AudioBuffer(44_100, 2, 4);
        audio[0][1] = 1.5f;

        Assert.Equal([0f, 1.5f, 0f, 0f], audio[0].ToArray());
        Assert.Equal(new float[4], audio[1].ToArray());
        Assert.Equal([1.5f, 0f], audio.Slice(1, 2)[0].ToArray());
    }
}
