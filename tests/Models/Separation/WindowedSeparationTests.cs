using DgxMusic.Dsp;
using DgxMusic.Models.Separation;

namespace DgxMusic.Models.Tests.Separation;

public sealed class WindowedSeparationTests
{
    const int Segment = 1_000;

    [Theory]
    [InlineData(1)]
    [InlineData(249)]
    [InlineData(750)]
    [InlineData(751)]
    [InlineData(999)]
    [InlineData(1_000)]
    [InlineData(1_001)]
    [InlineData(1_750)]
    [InlineData(12_345)]
    public void Complete_ModelThatChangesNothing_GivesTheTrackBack(int frames)
    {
        AudioBuffer track = GoldenSignal.Mix(frames, 8_000, 2, "windows");
        foreach (int block in (int[])[1, 333, 5_000])
        {
            if (block == 1 && frames > 2_000) continue;
            float[] left = Run(track, block, window => window, lead: 0);
            Assert.Equal(frames, left.Length);
            // weight · x / weight, and twice where two windows meet: two roundings each.
            for (int n = 0; n < frames; n++) Assert.Equal(track[0][n], left[n], 2e-7f);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(749)]
    [InlineData(4_000)]
    public void Complete_AnyLeadAndBlocks_GiveTheSameBits(int lead)
    {
        AudioBuffer track = GoldenSignal.Mix(9_999, 8_000, 2, "windows");
        float[] whole = Run(track, track.Frames, Bent, lead);
        Assert.Equal(track.Frames, whole.Length);
        Assert.Equal(whole, Run(track, 700, Bent, lead));
        Assert.Equal(whole, Run(track, 1, Bent, lead));
    }

    [Fact]
    public void Complete_LastWindow_HearsWhatLiesBeforeIt()
    {
        AudioBuffer track = GoldenSignal.Mix(1_100, 8_000, 2, "windows");
        List<float[]> heard = [];
        Run(track, 1_100, window =>
        {
            heard.Add([.. window]);
            return window;
        }, lead: 0);
        // The second window begins at 750 and has 350 frames: 325 frames before it are heard, 325 behind it are silence.
        Assert.Equal(2, heard.Count);
        Assert.Equal(track[0].Slice(425, 675).ToArray(), heard[1][..675]);
        Assert.All(heard[1][675..1_000], sample => Assert.Equal(0f, sample));
    }

    [Fact]
    public void Weights_RiseAndFall()
    {
        Assert.Equal([0.5f, 1f, 1f, 0.5f], new SegmentPlan(4).Weights());
        Assert.Equal([1 / 3f, 2 / 3f, 1f, 2 / 3f, 1 / 3f], new SegmentPlan(5).Weights());
    }

    static float[] Bent(float[] window) => [.. window.Select((sample, n) => (sample * sample) + (n * 1e-4f))];

    /// <summary>The left channel of the one source.</summary>
    static float[] Run(AudioBuffer track, int block, WindowModel model, int lead)
    {
        List<float> left = [];
        var windows = new WindowedSeparation(new(Segment), track.SampleRateHz, 2, 1, model, stems => left.AddRange(stems[0][0]), lead);
        for (int from = 0; from < track.Frames; from += block) windows.Process(track.Slice(from, Math.Min(block, track.Frames - from)));
        windows.Complete();
        return [.. left];
    }
}
