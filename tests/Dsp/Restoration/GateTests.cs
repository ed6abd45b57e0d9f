using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Tests.Restoration;

[Trait("Requirement", "D-44")]
public sealed class GateTests
{
    static readonly NoiseGate Settings = new(ThresholdDbfs: -30, HysteresisDb: 6, AttackMs: 5, HoldMs: 40, ReleaseMs: 80, RangeDb: 30);

    [Fact]
    public void Process_BurstInQuietNoise_PassesWholeAndTheRestIsTurnedDown()
    {
        // Noise at −60 dBFS, from 0.5 to 1.0 s at −10.
        AudioBuffer noise = Trial.Noise(2, 1, seed: 1);
        AudioBuffer track = Trial.Made(2, 2, Trial.RateHz, (channel, n) => noise[channel][n] * (n / 22_050 == 1 ? 0.3 : 0.001));
        AudioBuffer gated = Trial.Run(new(Gate: Settings), track);

        Assert.Equal(track[0][22_050..44_100].ToArray(), gated[0][22_050..44_100].ToArray());   // from its first sample to its last, bit for bit
        Assert.Equal(track[1][22_050..44_100].ToArray(), gated[1][22_050..44_100].ToArray());
        Assert.Equal(Trial.Db(track, 0, 0.49) - 30, Trial.Db(gated, 0, 0.49), 1e-3);   // the range; −30 dB and float rounding
        Assert.Equal(Trial.Db(track, 1.13, 2) - 30, Trial.Db(gated, 1.13, 2), 1e-3);   // 40 ms of hold and 80 of release have passed
    }

    [Fact]
    public void Process_MusicOfAllLevels_EqualsPlainDefinition()
    {
        AudioBuffer noise = Trial.Noise(1, 1, seed: 2, rateHz: 8_000);
        AudioBuffer track = Trial.Made(1, 2, 8_000, (channel, n) => noise[channel][n] * 0.05 * Math.Pow(Math.Sin(n * 0.004), 12));
        AudioBuffer gated = Trial.Run(new(Gate: Settings), track);
        double[] gains = PlainGains(Enumerable.Range(0, 8_000).Select(n => (double)Math.Max(Math.Abs(track[0][n]), Math.Abs(track[1][n]))).ToArray(), 8_000);
        Assert.Contains(gains, gain => gain == 1);
        Assert.Contains(gains, gain => gain < 0.032);
        for (int n = 0; n < 8_000; n++)
        {
            // Products of up to 640 steps in double, and one rounding to float.
            Assert.Equal(track[0][n] * gains[n], gated[0][n], 1e-6 * Math.Abs(track[0][n]));
            Assert.Equal(track[1][n] * gains[n], gated[1][n], 1e-6 * Math.Abs(track[1][n]));
        }
    }

    [Fact]
    public void Process_FallsBelowThresholdButNotHysteresis_StaysOpen()
    {
        // −33 dBFS alone does not open; after −20 dBFS it keeps open.
        double Level(int n) => n < 8_000 ? 0.0224 : n < 16_000 ? 0.1 : 0.0224;
        AudioBuffer track = Trial.Made(3, 1, 8_000, (_, n) => Level(n) * (n % 2 == 0 ? 1 : -1)), gated = Trial.Run(new(Gate: Settings), track);
        Assert.Equal(track[0][7_900] * 0.0316, gated[0][7_900], 1e-5);
        Assert.Equal(track[0][^1], gated[0][^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void Process_OnsetAtTheVeryStart_IsWhole(double attackMs)
    {
        AudioBuffer track = Trial.Noise(0.1, 0.3, seed: 3);
        AudioBuffer gated = Trial.Run(new(Gate: Settings with { AttackMs = attackMs }), track);
        Assert.Equal(track[0].ToArray(), gated[0].ToArray());
        Assert.Equal(track[1].ToArray(), gated[1].ToArray());
    }

    /// <summary>Gains of the definition: open from an attack before the first sample above the threshold to the hold after the last above the hysteresis.</summary>
    static double[] PlainGains(double[] levels, int rate)
    {
        double open = Math.Pow(10, -30 / 20.0), keep = Math.Pow(10, -36 / 20.0), closed = Math.Pow(10, -30 / 20.0);
        int attack = rate * 5 / 1000, hold = rate * 40 / 1000, last = int.MinValue / 2;
        double gain = closed;
        double[] gains = new double[levels.Length];
        for (int n = -attack; n < levels.Length; n++)
        {
            int seen = n + attack;
            bool isOpen = seen - last <= hold + attack;
            if (seen < levels.Length && (levels[seen] >= open || (isOpen && levels[seen] >= keep))) (last, isOpen) = (seen, true);
            gain = isOpen ? Math.Min(1, gain * Math.Pow(10, 30 / 20.0 / attack) * (1 + 1e-9)) : Math.Max(closed, gain * Math.Pow(10, -30 / 20.0 / (rate * 0.08)));
            if (n >= 0) gains[n] = gain;
        }

        return gains;
    }
}
