using DgxMusic.Dsp.Restoration;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Tests.Restoration;

[Trait("Requirement", "D-44")]
public sealed class DeBleedTests
{
    [Theory]
    [InlineData(-26, 19.9)]
    [InlineData(-20, 18)]
    public void Process_NothingButBleedOfKnownRatio_IsTurnedDown(double bleedDb, double leastDb)
    {
        // r = −bleed − margin is 11 dB, r² 22 dB, and the gain 1/(1 + r²) −44 dB: the depth holds it at 20. For −20 dB r² is 10 dB and
        // the gain 1/11, −21 dB; but the track's power fades over 30 ms, so that for moments the bleed stands above what the others are now.
        AudioBuffer others = Trial.Noise(3, 0.1, seed: 1), bleed = Trial.Sum(new(Trial.RateHz, 2, others.Frames), others, Math.Pow(10, bleedDb / 20));
        AudioBuffer cleaned = Trial.Run(new(DeBleed: new()), bleed, others);
        Assert.InRange(Trial.Db(bleed) - Trial.Db(cleaned), leastDb, 20.01);
    }

    [Fact]
    public void Process_TrackThatSoundsWithBleed_ComesNearerToTheTruth()
    {
        AudioBuffer own = Trial.Tones(3, 0.1, 440, 880, 1320), others = Trial.Noise(3, 0.1, seed: 2), leaky = Trial.Sum(own, others, 0.1);
        double before = -Trial.ChangeDb(leaky, own), after = -Trial.ChangeDb(Trial.Run(new(DeBleed: new()), leaky, others), own);
        Assert.True(after > before + 10, $"{before:F1} to {after:F1} dB");   // noise of −20 dB is turned down by some 15 beside three tones
    }

    [Fact]
    public void Process_SilentOthers_LeaveTheTrackAlone()
    {
        AudioBuffer track = Trial.Noise(1, 0.1, seed: 3), silence = new(Trial.RateHz, 2, track.Frames);
        Assert.True(Trial.ChangeDb(Trial.Run(new(DeBleed: new()), track, silence), track) < -120);   // windows and transforms in float32: about −138
    }

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(0.5, 0.05)]
    [InlineData(1, 0.01)]
    [Trait("Category", "Kernels")]
    public void Make_KnownPowers_EqualsPlainDefinition(double others, double own)
    {
        var masks = new DeBleedMasks(new(MarginDb: 10, Exponent: 1.5, DepthDb: 12), 64, 8_000);
        ChannelSpectrum[] frame = [Flat(own), Flat(others)];
        masks.Push(frame);
        double ratio = others * others / (own * own) / 10, expected = Math.Max(Math.Pow(10, -12 / 20.0), 1 / (1 + Math.Pow(ratio, 1.5)));
        Assert.All(masks.Make(frame)[0], gain => Assert.Equal(expected, gain, 1e-5));   // a power in float32
    }

    static ChannelSpectrum Flat(double magnitude)
    {
        var spectrum = new ChannelSpectrum(33);
        Array.Fill(spectrum.Real, (float)magnitude);
        return spectrum;
    }
}
