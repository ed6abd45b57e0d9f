using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Tests.Loudness;

public sealed class LookAheadLimiterTests
{
    const double CeilingDbtp = -1.0;

    [Theory]
    [InlineData(1_000)]
    [InlineData(8_000)]
    [InlineData(44_100)]
    [InlineData(96_000)]
    [Trait("Requirement", "A-09")]
    public void Process_AnySignalAndGain_StaysBelowTheCeiling(int sampleRateHz)
    {
        foreach (float amplitude in new[] { 0.9f, 1.5f, 4f, 30f })
        {
            AssertBelowCeiling(Tones.Noise(sampleRateHz, 2, sampleRateHz, amplitude));
            AssertBelowCeiling(Tones.Programme(sampleRateHz, 2, 2, 2f * amplitude));
            AssertBelowCeiling(Tones.Steps(sampleRateHz, 0.24 * sampleRateHz, [0, 0], (0.2, 20.0 * Math.Log10(amplitude)), (0.2, -20), (0.2, 6)));
            AssertBelowCeiling(Tones.Steps(sampleRateHz, 60.0, [0, -6], (0.5, 20.0 * Math.Log10(amplitude)), (0.2, -40)));

            // A step at the start, a single sample, a signal shorter than the look-ahead.
            AssertBelowCeiling(new AudioBuffer(sampleRateHz, [[.. Enumerable.Repeat(amplitude, 500)]]));
            AssertBelowCeiling(new AudioBuffer(sampleRateHz, [[.. new float[100], amplitude, .. new float[100]]]));
            AssertBelowCeiling(Tones.Noise(sampleRateHz, 1, 5, amplitude));
        }
    }

    [Fact]
    [Trait("Requirement", "A-09")]
    public void Process_AroundOnePeak_ChangesOnlyItsNeighbourhood()
    {
        AudioBuffer audio = Tones.Noise(44_100, 2, 132_300, 0.4f);
        (audio[0][40_000], audio[1][40_000]) = (3f, 0.5f);
        AudioBuffer limited = Limited(audio, 1_000);

        Assert.Equal(audio.Frames, limited.Frames);
        for (int channel = 0; channel < 2; channel++)
        {
            // 5 ms before; and 1.5 s after it, 20 time constants, what the release still lacks is less than half a bit of a float.
            Assert.Equal(audio[channel][..39_770].ToArray(), limited[channel][..39_770].ToArray());
            Assert.Equal(audio[channel][106_200..].ToArray(), limited[channel][106_200..].ToArray());
        }

        // Frames keep their places, and one gain holds both channels.
        double gain = limited[0][40_000] / 3.0;
        Assert.InRange(gain, 0.28, 0.298);
        Assert.Equal(gain, limited[1][40_000] / 0.5, 1e-6);
        Assert.True(limited[0][40_441] / audio[0][40_441] < 0.5);
    }

    [Fact]
    [Trait("Category", "Kernels")]
    public void Process_AnyBlocking_GivesTheSameBits()
    {
        AudioBuffer audio = Tones.Programme(22_050, 2, 1.7, 3f);
        AudioBuffer whole = Limited(audio, audio.Frames);
        foreach (int[] sizes in new[] { new[] { 1 }, [64], [0, 5_000, 3], [997, 1_024] })
        {
            AudioBuffer parts = Limited(audio, sizes);
            Assert.Equal(whole[0].ToArray(), parts[0].ToArray());
            Assert.Equal(whole[1].ToArray(), parts[1].ToArray());
        }
    }

    [Fact]
    public void Push_AnyAllowance_NeverExceedsItAndReturnsToExactlyOne()
    {
        var smoother = new GainSmoother(25, 500.0);
        var random = new Random(5);
        double[] allowed = [.. Enumerable.Range(0, 5_000).Select(_ => random.Next(40) == 0 ? random.NextDouble() : 1.0), .. Enumerable.Repeat(1.0, 20_000)];
        double last = 0.0;
        for (int i = 0; i < allowed.Length; i++)
        {
            last = smoother.Push(allowed[i]);
            int frame = i - smoother.LookAheadFrames;
            if (frame >= 0) Assert.True(last <= allowed[frame] && last > 0.0, $"{last} > {allowed[frame]} at {frame}");
        }

        Assert.Equal(1.0, last);
    }

    static void AssertBelowCeiling(AudioBuffer audio)
    {
        double read = TruePeakOf(Limited(audio, 997));
        Assert.True(read <= CeilingDbtp, $"{read:F4} dBTP");
    }

    static double TruePeakOf(AudioBuffer audio)
    {
        var meter = new TruePeakMeter(audio.Channels);
        meter.Process(audio);
        meter.Complete();
        return meter.PeakDbtp;
    }

    static AudioBuffer Limited(AudioBuffer audio, params int[] sizes)
    {
        var limiter = new LookAheadLimiter(audio.SampleRateHz, audio.Channels, CeilingDbtp);
        var result = new AudioBuffer(audio.SampleRateHz, audio.Channels, audio.Frames);
        int written = 0;
        foreach (AudioBuffer block in Tones.Cut(audio, sizes)) Keep(limiter.Process(block));
        Keep(limiter.Complete());
        Assert.Equal(audio.Frames, written);
        return result;

        void Keep(AudioBuffer block)
        {
            for (int channel = 0; channel < audio.Channels; channel++) block[channel].CopyTo(result[channel][written..]);
            written += block.Frames;
        }
    }
}
