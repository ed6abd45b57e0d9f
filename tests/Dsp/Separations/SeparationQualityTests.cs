using System.Text.Json;
using DgxMusic.Dsp.Separations;
using DgxMusic.Dsp.Tests.Loudness;

namespace DgxMusic.Dsp.Tests.Separations;

[Trait("Requirement", "D-45")]
public sealed class SeparationQualityTests
{
    static readonly string[] Names = ["drums", "bass", "other", "vocals"];

    [Fact]
    public void Of_UnitsMeasuredByDifferentMeters_IsTheSame()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = UnitMeterTests.Music(frames: 50_000);
        var one = new UnitMeter(44_100, 2, Names);
        UnitSums[] together = [.. Units(mix, stems, 12_000).Select(unit => Measured(one, unit))];
        UnitSums[] apart = [.. Units(mix, stems, 12_000).Reverse().Select(unit => Measured(new(44_100, 2, Names), unit)).Reverse()];
        Assert.Equal(JsonSerializer.Serialize(SeparationQuality.Of(together)), JsonSerializer.Serialize(SeparationQuality.Of(apart)));
        Assert.Equal(50_000, SeparationQuality.Of(apart).Frames);
    }

    [Fact]
    public void Of_Sine_HasItsPeakLevelAndPauses()
    {
        // Two seconds of a sine at −20 dBFS peak and one of silence, in the left channel of two.
        AudioBuffer tone = Tones.Steps(48_000, 1, (2.0, -20.0), (1.0, double.NegativeInfinity));
        var track = new AudioBuffer(48_000, [tone[0].ToArray(), new float[tone.Frames]]);
        TrackQuality quality = Report(track, [track], ["drums"]).Tracks.Single(found => found.Name == "drums");
        Assert.Equal(0.1, quality.Peak, 1e-7);
        Assert.Equal(-20 - 3.0103 - 3.0103 + (10 * Math.Log10(2 / 3.0)), quality.RmsDbfs!.Value, 1e-3);   // a sine, one channel of two, two seconds of three
        Assert.Equal(1 / 3.0, quality.SilenceShare!.Value, 1e-12);   // one second is 20 whole blocks
    }

    [Theory]
    [InlineData(-12)]
    [InlineData(-20)]
    [InlineData(-30)]
    public void Of_BleedOfKnownRatio_ReadsIt(double bleedDb)
    {
        // Noise of equal level: g² of g²+1 of the second stem's energy is the first's.
        AudioBuffer first = Tones.Noise(44_100, 2, 441_000, 0.3f, seed: 1), own = Tones.Noise(44_100, 2, 441_000, 0.3f, seed: 2);
        double gain = Math.Pow(10, bleedDb / 20);
        AudioBuffer second = Sum(own, first, (float)gain);
        PairQuality pair = Report(Sum(first, second), [first, second], ["drums", "bass"]).StemPairs.Single();

        // By chance 10 s of noise in 9 bands share about 9 of 882,000 degrees of freedom, −50 dB: as amplitude a tenth of the smallest bleed, 0.9 dB.
        double expected = 10 * Math.Log10(gain * gain / (1 + (gain * gain)));
        Assert.Equal(expected, pair.FirstInSecondDb!.Value, 0.9);
        Assert.Equal(Math.Sqrt(gain * gain / (1 + (gain * gain))), pair.Correlation!.Value, 0.003);   // three sigma of 1/√882,000
    }

    [Fact]
    public void Of_UnrelatedNoise_SharesNextToNothing()
    {
        AudioBuffer first = Tones.Noise(44_100, 2, 441_000, 0.3f, seed: 1), second = Tones.Noise(44_100, 2, 441_000, 0.3f, seed: 2);
        PairQuality pair = Report(Sum(first, second), [first, second], ["drums", "bass"]).StemPairs.Single();
        Assert.True(pair.FirstInSecondDb < -40, $"{pair}");   // −50 dB by degrees of freedom, as above, and 10 dB for chance
    }

    [Fact]
    public void Of_VocalsAndInstrumental_EqualsAPairMeasuredDirectly()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = UnitMeterTests.Music(frames: 88_200);
        stems[3] = Sum(stems[3], stems[0], 0.3f);
        AudioBuffer instrumental = Sum(Sum(stems[0], stems[1]), stems[2]);
        PairQuality derived = Report(mix, stems, Names).VocalsInstrumental!;
        PairQuality direct = Report(mix, [stems[3], instrumental], ["vocals", "instrumental"]).StemPairs.Single();

        // Sums over pairs against the float sum's own: 2⁻²⁴ a sample, and float bands.
        Assert.Equal(direct.Correlation!.Value, derived.Correlation!.Value, 1e-6);
        Assert.Equal(direct.SecondInFirstDb!.Value, derived.SecondInFirstDb!.Value, 1e-3);
        Assert.Equal(direct.FirstInSecondDb!.Value, derived.FirstInSecondDb!.Value, 1e-3);
    }

    [Fact]
    public void Of_ErrorOfKnownSize_IsReconstructionError()
    {
        AudioBuffer first = Tones.Noise(44_100, 2, 44_100, 0.3f, seed: 1), vocals = Tones.Noise(44_100, 2, 44_100, 0.3f, seed: 2);
        AudioBuffer mix = Sum(Sum(first, vocals), Tones.Noise(44_100, 2, 44_100, 0.3f, seed: 3), 0.001f);
        SeparationQuality quality = Report(mix, [first, vocals], ["drums", "vocals"]);
        Assert.Equal(-63.0, quality.ReconstructionErrorDb!.Value, 0.1);   // −60 dB of one noise beside two; 88,200 samples: σ 0.02 dB
        Assert.Equal(quality.ReconstructionErrorDb.Value, quality.NullTestDb!.Value, 1e-3);   // of two stems the instrumental is the other
    }

    [Fact]
    public void Of_StemsThatAddUpExactly_HasNoError()
    {
        var half = new AudioBuffer(44_100, [[0.25f, -0.5f, 0.125f]]);
        SeparationQuality quality = Report(Sum(half, half), [half, half], ["drums", "vocals"]);
        Assert.Null(quality.ReconstructionErrorDb);
        Assert.Null(quality.NullTestDb);
        Assert.Equal(1.0, quality.VocalsInstrumental!.Correlation!.Value, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void Of_Silence_IsNullsAndNoNaN(int frames)
    {
        var silence = new AudioBuffer(44_100, 2, frames);
        SeparationQuality quality = Report(silence, [silence, silence, silence, silence], Names);
        Assert.All(quality.Tracks, track => Assert.Equal((0.0, null, frames == 0 ? null : 1.0), (track.Peak, track.RmsDbfs, track.SilenceShare)));
        Assert.All(quality.StemPairs.Append(quality.VocalsInstrumental!), pair => Assert.Equal((null, null, null), (pair.Correlation, pair.FirstInSecondDb, pair.SecondInFirstDb)));
        Assert.Equal((null, null), (quality.ReconstructionErrorDb, quality.NullTestDb));
        Assert.DoesNotContain("NaN", JsonSerializer.Serialize(quality));
    }

    [Fact]
    public void Of_UnitsOfDifferentStems_Throws()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = UnitMeterTests.Music(frames: 10);
        UnitSums four = UnitMeter.Measure(mix, Names, stems), two = UnitMeter.Measure(mix, Names[..2], stems[..2]);
        Assert.Throws<ArgumentException>(() => SeparationQuality.Of([four, two]));
        Assert.Throws<ArgumentException>(() => SeparationQuality.Of([]));
    }

    static SeparationQuality Report(AudioBuffer mix, AudioBuffer[] stems, string[] names) => SeparationQuality.Of([UnitMeter.Measure(mix, names, stems)]);

    static IEnumerable<(AudioBuffer Mix, AudioBuffer[] Stems)> Units(AudioBuffer mix, AudioBuffer[] stems, int unit)
    {
        for (int from = 0; from < mix.Frames; from += unit)
        {
            int count = Math.Min(unit, mix.Frames - from);
            yield return (mix.Slice(from, count), [.. stems.Select(stem => stem.Slice(from, count))]);
        }
    }

    static UnitSums Measured(UnitMeter meter, (AudioBuffer Mix, AudioBuffer[] Stems) unit)
    {
        meter.Process(unit.Mix, unit.Stems);
        return meter.Complete();
    }

    static AudioBuffer Sum(AudioBuffer first, AudioBuffer second, float gain = 1f) => new(
        first.SampleRateHz,
        [.. Enumerable.Range(0, first.Channels).Select(channel => first[channel].ToArray().Zip(second[channel].ToArray(), (x, y) => x + (gain * y)).ToArray())]);
}
