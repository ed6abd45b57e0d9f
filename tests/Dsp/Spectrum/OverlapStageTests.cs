using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Tests.Spectrum;

[Trait("Category", "Kernels")]
public sealed class OverlapStageTests
{
    [Theory]
    [InlineData(64, 0)]
    [InlineData(1024, 5)]
    public void Step_GainsOfOne_GiveTheSignalBackAfterTheDelay(int size, int lookAhead)
    {
        var stage = new OverlapStage(size, 1, new Constant((size / 2) + 1, lookAhead));
        var random = new Random(size);
        float[] signal = [.. Enumerable.Range(0, 20 * stage.Hop).Select(_ => (2f * random.NextSingle()) - 1f)];
        List<float> whole = [], half = [];
        for (int from = 0; from < signal.Length; from += stage.Hop)
        {
            stage.Step([signal], from);
            whole.AddRange(stage.Finished[0][0][..stage.Hop]);
            half.AddRange(stage.Finished[1][0][..stage.Hop]);
        }

        Assert.Equal((3 + lookAhead) * size / 4, stage.DelaySamples);
        // Two transforms and four windows, each within some steps of float32.
        for (int i = stage.DelaySamples; i < signal.Length; i++)
        {
            Assert.Equal(signal[i - stage.DelaySamples], whole[i], 2e-6);
            Assert.Equal(signal[i - stage.DelaySamples] / 2, half[i], 2e-6);
        }
    }

    sealed class Constant(int bins, int lookAhead) : IMaskMaker
    {
        readonly float[][] gains = [[.. Enumerable.Repeat(1f, bins)], [.. Enumerable.Repeat(0.5f, bins)]];

        public int Outputs => 2;

        public int LookAhead => lookAhead;

        public void Push(ChannelSpectrum[] newest)
        {
        }

        public float[][] Make(ChannelSpectrum[] centre) => gains;
    }
}
