using DgxMusic.Dsp.Spectrum;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

[Trait("Category", "Kernels")]
public sealed class MasksTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Make_AnySpectra_GivesGainsThatAddUpToAtMostOne(int channels)
    {
        foreach (IMaskMaker masks in (IMaskMaker[])[new SteadyMasks(2_048, 8_000), new VoiceMasks(512, 22_050)])
        {
            int bins = masks is SteadyMasks ? 1_025 : 257;
            var random = new Random(channels);
            for (int frame = 0; frame < 40; frame++)
            {
                ChannelSpectrum[] spectra = [.. Enumerable.Range(0, channels).Select(_ => Random(random, bins))];
                masks.Push(spectra);
                float[][] gains = masks.Make(spectra);   // not even the frame that the medians mean
                for (int bin = 0; bin < bins; bin++)
                {
                    Assert.All(gains, gain => Assert.InRange(gain[bin], 0f, 1f));
                    Assert.InRange(gains.Sum(gain => (double)gain[bin]), 0, 1 + 3e-7);   // three products, each rounded
                }
            }
        }
    }

    // Powers over 200 dB, many bins silent.
    static ChannelSpectrum Random(Random random, int bins)
    {
        var spectrum = new ChannelSpectrum(bins);
        for (int bin = 0; bin < bins; bin++)
        {
            double scale = random.Next(4) == 0 ? 0 : Math.Pow(10, random.Next(-5, 6));
            (spectrum.Real[bin], spectrum.Imaginary[bin]) = ((float)(scale * (random.NextDouble() - 0.5)), (float)(scale * (random.NextDouble() - 0.5)));
        }

        return spectrum;
    }
}
