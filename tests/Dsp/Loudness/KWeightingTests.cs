using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Tests.Loudness;

public sealed class KWeightingTests
{
    [Fact]
    [Trait("Requirement", "A-05")]
    public void At_48000_IsTheTable()
    {
        var filters = KWeighting.At(48_000);

        // The tables carry 14 decimals.
        AssertSame(KWeighting.Table.Shelf, filters.Shelf, 1e-11);
        AssertSame(KWeighting.Table.HighPass, filters.HighPass, 1e-11);
    }

    [Theory]
    [InlineData(8_000)]
    [InlineData(11_025)]
    [InlineData(16_000)]
    [InlineData(22_050)]
    [InlineData(32_000)]
    [InlineData(44_100)]
    [InlineData(88_200)]
    [InlineData(96_000)]
    [InlineData(192_000)]
    [InlineData(384_000)]
    [Trait("Requirement", "A-05")]
    public void At_AnyRate_RespondsAsTheTable(int sampleRateHz)
    {
        var filters = KWeighting.At(sampleRateHz);
        double highestHz = Math.Min(0.46 * sampleRateHz, 20_000.0);
        for (double hz = 20.0; hz <= highestHz; hz *= 1.01)
        {
            double error = 20.0 * Math.Log10(filters.Gain(hz, sampleRateHz) / KWeighting.Table.Gain(hz, 48_000.0));
            Assert.True(Math.Abs(error) <= 0.02, $"{error:F4} dB at {hz:F0} Hz");
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(4_000)]
    public void At_RatesBelowEightKilohertz_StaysWithinAFifthOfADecibel(int sampleRateHz)
    {
        var filters = KWeighting.At(sampleRateHz);
        for (double hz = 20.0; hz <= 0.46 * sampleRateHz; hz *= 1.01)
        {
            Assert.Equal(0.0, 20.0 * Math.Log10(filters.Gain(hz, sampleRateHz) / KWeighting.Table.Gain(hz, 48_000.0)), 0.2);
        }
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Add_TwoChannels_EqualsScalarBitForBit()
    {
        AudioBuffer noise = Tones.Noise(44_100, 2, 4_411, 1f);
        (var fast, var plain) = (new KWeightedEnergy(KWeighting.At(44_100)), new KWeightedEnergy(KWeighting.At(44_100)));
        foreach (AudioBuffer block in Tones.Cut(noise, 1, 7, 441, 0, 64))
        {
            fast.Add(block[0], block[1]);
            plain.AddScalar(block[0], block[1]);
            Assert.Equal(plain.TakeEnergies(), fast.TakeEnergies());
        }
    }

    static void AssertSame(Biquad expected, Biquad actual, double tolerance)
    {
        Assert.Equal(expected.B0, actual.B0, tolerance);
        Assert.Equal(expected.B1, actual.B1, tolerance);
        Assert.Equal(expected.B2, actual.B2, tolerance);
        Assert.Equal(expected.A1, actual.A1, tolerance);
        Assert.Equal(expected.A2, actual.A2, tolerance);
    }
}
