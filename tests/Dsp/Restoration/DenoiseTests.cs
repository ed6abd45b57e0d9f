using DgxMusic.Dsp.Restoration;
using DgxMusic.Dsp.Spectrum;
using DgxMusic.Dsp.Tests.Sounds;

namespace DgxMusic.Dsp.Tests.Restoration;

[Trait("Requirement", "D-44")]
public sealed class DenoiseTests
{
    [Theory]
    [InlineData(8_000, 1)]
    [InlineData(44_100, 2)]
    [InlineData(96_000, 2)]
    public void Listen_WhiteNoise_FindsItsPower(int rate, int channels)
    {
        const double rms = 0.01;
        int size = SpectralStage.SizeAt(rate), hop = size / OverlapStage.Overlap;
        var floor = new NoiseFloor(size, hop, rate, channels);
        AudioBuffer noise = Trial.Noise(6, rms, seed: 1, channels, rate);
        for (int from = 0; from + hop <= noise.Frames; from += hop)
            floor.Listen([.. Enumerable.Range(0, channels).Select(channel => noise[channel].Slice(from, hop).ToArray())]);

        // A bin of the short window holds σ² Σ w² = σ² · 3/8 · size. Martin finds it within 1 dB; bands of two dozen bins scatter by a few tenths.
        double[] decibels = [.. floor.Power.Select(power => 10 * Math.Log10(power / (rms * rms * 0.375 * size)))];
        Assert.Equal(0, decibels.Average(), 1.2);
        Assert.All(decibels, found => Assert.InRange(found, -2.5, 1.5));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(24)]
    public void Process_NoiseAlone_IsTurnedDownEvenly(double reductionDb)
    {
        AudioBuffer noise = Trial.Noise(5, 0.01, seed: 2), quiet = Trial.Run(new(Denoise: new(reductionDb)), noise);
        Assert.Equal(-reductionDb, Trial.Db(quiet) - Trial.Db(noise), 0.3);   // some bins come up by chance

        // Musical noise shows as a heavier tail: the kurtosis of spectral power, E p²/(E p)², is 2 for Gaussian noise and stays so (Uemura et al., IWAENC 2008).
        Assert.Equal(1.0, PowerKurtosis(quiet) / PowerKurtosis(noise), 0.1);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    public void Process_ToneInNoiseOfKnownSnr_GainsAlmostTheReduction(double snrDb)
    {
        AudioBuffer tone = Trial.Tones(6, 0.4, 1_000), noise = Trial.Noise(6, 1, seed: 3);
        AudioBuffer noisy = Trial.Sum(tone, noise, Math.Pow(10, (Trial.Db(tone) - snrDb) / 20));
        double before = -Trial.ChangeDb(noisy, tone, 0.3, 5.7), after = -Trial.ChangeDb(Trial.Run(new(Denoise: new(12)), noisy), tone, 0.3, 5.7);

        // 12 dB everywhere but in the tone's own bins: its main lobe, 4 of 1025, keeps its noise, which at −12 dB all around is 6 % more; Wiener takes a bit of the tone.
        Assert.Equal(snrDb, before, 0.5);
        Assert.InRange(after - before, 10.5, 12.0);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(440)]
    [InlineData(9_999)]
    public void Process_CleanTone_IsLeftAlone(double hertz)
    {
        AudioBuffer tone = Trial.Tones(5, 0.5, hertz);
        Assert.True(Trial.ChangeDb(Trial.Run(new(Denoise: new()), tone), tone) < -100);   // float32's rounding in windows and transforms: about −138
    }

    [Fact]
    public void Process_CleanHeldChord_IsLeftAlone()
    {
        // Four organ notes of 30 harmonics: hundreds of tones that never stop.
        double[] partials = [.. new[] { 110.0, 138.6, 164.8, 220.0 }.SelectMany(root => Enumerable.Range(1, 30).Select(k => root * k))];
        AudioBuffer chord = Trial.Tones(5, 0.01, partials);
        Assert.True(Trial.ChangeDb(Trial.Run(new(Denoise: new()), chord), chord) < -100);   // as above
    }

    [Fact]
    public void Process_CleanMusic_IsHardlyChangedAndNoisyMusicIsNearerToIt()
    {
        AudioBuffer music = Music(), noise = Trial.Noise(music.Seconds, 1, seed: 4);
        double changed = Trial.ChangeDb(Trial.Run(new(Denoise: new()), music), music);
        Assert.True(changed < -60, $"{changed:F1} dB");

        AudioBuffer noisy = Trial.Sum(music, noise, Math.Pow(10, (Trial.Db(music) - 30) / 20));
        double after = -Trial.ChangeDb(Trial.Run(new(Denoise: new()), noisy), music);
        Assert.True(after > 34, $"{after:F1} dB");   // 30 before; of 12 dB at most a part is left where partials stand in the noise
    }

    /// <summary>Piano chords, a melody and a bass, without drums: whatever noise there is was not played.</summary>
    static AudioBuffer Music()
    {
        float[] line = new float[8 * Trial.RateHz];
        int[][] chords = [[60, 64, 67], [57, 60, 64], [53, 57, 60], [55, 59, 62]];
        for (int beat = 0; beat < 16; beat++)
        {
            int[] chord = chords[beat / 4];
            foreach (int pitch in chord) Instrument.Piano.Play(line, Trial.RateHz, beat * 0.5, 0.45, pitch, 0.1);
            Instrument.Bass.Play(line, Trial.RateHz, beat * 0.5, 0.4, chord[0] - 24, 0.2);
            Instrument.Voice.Play(line, Trial.RateHz, beat * 0.5, 0.3, chord[beat % 3] + 12, 0.1);
        }

        return new(Trial.RateHz, [line, [.. line]]);
    }

    static double PowerKurtosis(AudioBuffer audio)
    {
        var fft = new RealFft(2048);
        float[] taper = Windows.Hann(2048), real = new float[1025], imaginary = new float[1025];
        List<double> powers = [];
        for (int from = 0; from + 2048 <= audio.Frames; from += 1024)
        {
            fft.Forward(audio[0].Slice(from, 2048).ToArray().Zip(taper, (x, w) => x * w).ToArray(), real, imaginary);
            for (int bin = 20; bin < 1000; bin++) powers.Add(((double)real[bin] * real[bin]) + ((double)imaginary[bin] * imaginary[bin]));
        }

        return powers.Average(power => power * power) / Math.Pow(powers.Average(), 2);
    }
}
