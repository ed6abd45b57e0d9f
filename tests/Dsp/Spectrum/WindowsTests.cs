using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Tests.Spectrum;

public sealed class WindowsTests
{
    [Fact]
    public void Hann_FourfoldOverlap_SumsToTwo()
    {
        float[] window = Windows.Hann(64);
        for (int i = 0; i < 16; i++) Assert.Equal(2f, window[i] + window[i + 16] + window[i + 32] + window[i + 48], 1e-6f);
    }

    [Fact]
    public void Hann_First_IsZeroAndMiddleIsOne()
    {
        float[] window = Windows.Hann(8);
        Assert.Equal(0f, window[0]);
        Assert.Equal(1f, window[4]);
    }

    /// <summary>Values of Abramowitz and Stegun, Handbook of Mathematical Functions, table 9.8.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1.2660658777520082)]
    [InlineData(5, 27.239871823604442)]
    [InlineData(10, 2815.7166284662544)]
    public void BesselI0_KnownArguments_EqualsTable(double x, double expected) => Assert.Equal(expected, Windows.BesselI0(x), expected * 1e-14);

    [Fact]
    public void Kaiser_IsSymmetricAndEndsAtOneOverI0()
    {
        float[] window = Windows.Kaiser(33, 8.6);
        Assert.Equal(1f, window[16]);
        Assert.Equal((float)(1 / Windows.BesselI0(8.6)), window[0], 1e-9f);
        for (int i = 0; i < 16; i++) Assert.Equal(window[i], window[32 - i]);
    }

    [Fact]
    public void KaiserBeta_StopBand_IsAsDeepAsAsked()
    {
        // A low-pass of 301 taps cut at 0.2: transition (80 - 7.95)/(2.285 · 300) rad on both sides of it together.
        const double attenuation = 80;
        double half = (attenuation - 7.95) / (2.285 * 300) / (2 * Math.PI) / 2, beta = Windows.KaiserBeta(attenuation);
        double[] taps = [.. Enumerable.Range(-150, 301).Select(n => Windows.KaiserAt(n / 150.0, beta) * (n == 0 ? 0.4 : Math.Sin(0.4 * Math.PI * n) / (Math.PI * n)))];
        for (double frequency = 0.2 + half; frequency <= 0.5; frequency += 0.0007)
        {
            double gain = taps.Select((tap, i) => tap * Math.Cos(2 * Math.PI * frequency * (i - 150))).Sum();
            Assert.InRange(Math.Abs(gain), 0, Math.Pow(10, -(attenuation - 1) / 20));   // Kaiser's formula holds to about 1 dB
        }
    }
}
