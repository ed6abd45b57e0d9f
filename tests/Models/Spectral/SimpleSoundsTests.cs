using DgxMusic.Dsp;
using DgxMusic.Models.Spectral;

namespace DgxMusic.Models.Tests.Spectral;

/// <summary>Sounds of which everyone knows where they belong, each in the stem where theory puts it: 99 % of the energy, of 4 s without the edges.</summary>
public sealed class SimpleSoundsTests
{
    const int Rate = 48_000, Frames = 4 * Rate;

    [Fact]
    public void Separate_Clicks_AreDrums()
    {
        float[] clicks = new float[Frames];
        for (int at = 1_000; at < Frames; at += Rate / 2) clicks[at] = 1;
        // Tonal and stroke medians of a click within a window are 0 and 1; the rest is the click in windows that hold two.
        AssertMostly(0.9, Separate(clicks, clicks), stems => stems.Drums);
    }

    [Fact]
    public void Separate_LowTone_IsBass() => AssertMostly(0.99, Separate(Tone(80), Tone(80)), stems => stems.Bass);

    [Fact]
    public void Separate_LowToneWithOvertones_IsBassWithThem()
    {
        float[] tone = [.. Tone(80).Zip(Tone(160), Tone(320)).Select(harmonics => harmonics.First + (0.5f * harmonics.Second) + (0.25f * harmonics.Third))];
        AssertMostly(0.99, Separate(tone, tone), stems => stems.Bass);
    }

    [Fact]
    public void Separate_ToneAtOneSide_IsOther() => AssertMostly(0.99, Separate(Tone(1_000), new float[Frames]), stems => stems.Other);

    [Fact]
    public void Separate_ToneInTheMiddleOfStereo_IsVocals()
    {
        // The sides hold another tone, so that the middle means something.
        float[] left = [.. Tone(1_000).Zip(Tone(3_000), (middle, side) => middle + (0.5f * side))];
        SpectralStems stems = Separate(left, Tone(1_000));
        Assert.InRange(Share(stems.Vocals, stems, channel: 1), 0.99, 1);
        Assert.InRange(Goertzel(stems.Other[0], 3_000) / 0.5, 0.99, 1.01);
        Assert.InRange(Goertzel(stems.Vocals[0], 3_000) / 0.5, 0, 0.01);
    }

    [Fact]
    public void Separate_ToneInMono_IsOther() => AssertMostly(0.99, Separate(Tone(1_000)), stems => stems.Other);

    [Fact]
    public void Separate_GlideInMono_IsVocals() => AssertMostly(0.9, Separate(Tone(1_000, octavesPerSecond: 0.5)), stems => stems.Vocals);

    static float[] Tone(double hertz, double octavesPerSecond = 0)
    {
        double cycles = 0;
        return [.. Enumerable.Range(0, Frames).Select(i =>
        {
            cycles += hertz / Rate * Math.Pow(2, octavesPerSecond * i / Rate);
            return (float)Math.Sin(2 * Math.PI * cycles);
        })];
    }

    static SpectralStems Separate(params float[][] channels) => Music.Separate(new AudioBuffer(Rate, channels));

    static void AssertMostly(double least, SpectralStems stems, Func<SpectralStems, AudioBuffer> stem)
    {
        double share = Share(stem(stems), stems);
        Assert.True(share >= least, $"The share is {share:F4}.");
    }

    static double Share(AudioBuffer one, SpectralStems stems, int channel = 0)
    {
        double all = 0;
        foreach (AudioBuffer stem in (AudioBuffer[])[stems.Vocals, stems.Drums, stems.Bass, stems.Other]) all += Energy(stem[channel]);
        return Energy(one[channel]) / all;
    }

    static double Energy(Span<float> samples)
    {
        double energy = 0;
        foreach (float sample in samples[(Rate / 2)..^(Rate / 2)]) energy += (double)sample * sample;
        return energy;
    }

    /// <summary>Amplitude of a tone, over whole seconds without the edges.</summary>
    static double Goertzel(Span<float> samples, double hertz)
    {
        double cosine = 0, sine = 0;
        for (int i = Rate / 2; i < Frames - (Rate / 2); i++)
        {
            cosine += samples[i] * Math.Cos(2 * Math.PI * hertz * i / Rate);
            sine += samples[i] * Math.Sin(2 * Math.PI * hertz * i / Rate);
        }

        return Math.Sqrt((cosine * cosine) + (sine * sine)) * 2 / (Frames - Rate);
    }
}
