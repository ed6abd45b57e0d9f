using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Separations;
using DgxMusic.Dsp.Tests.Loudness;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Separations;

public sealed class UnitMeterTests
{
    static readonly string[] Names = ["drums", "bass", "other", "vocals"];

    [Fact]
    [Trait("Category", "Kernels")]
    public void Products_AnyLength_EqualsScalarBitForBit() => Property.Holds(
        from frames in Property.Between(0, 100) from seed in Property.Between(0, 1000) select (frames, seed),
        drawn =>
        {
            AudioBuffer noise = Property.Noise(drawn.seed, 2, drawn.frames);
            Assert.Equal(LaneSums.ProductsScalar(noise[0], noise[1]), LaneSums.Products(noise[0], noise[1]));
        });

    [Fact]
    [Trait("Category", "Kernels")]
    [Trait("Requirement", "D-45")]
    public void Measure_Noise_EqualsPlainDefinitions()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = Music(frames: 30_000);
        UnitSums sums = UnitMeter.Measure(mix, Names, stems);

        double[] vocals = Flat(stems[3]), backing = Sum(stems[..3]), residual = [.. Flat(mix).Zip(Sum(stems), (whole, sum) => whole - sum)];
        Assert.Equal((30_000, 2), (sums.Frames, sums.Channels));
        AssertTrack(Flat(mix), sums.Mix);
        AssertTrack(vocals, sums.Stems[3]);
        AssertTrack([.. backing.Select(x => (double)(float)x)], sums.Instrumental!);
        AssertTrack([.. residual.Select(x => (double)(float)x)], sums.Residual);
        Assert.Equal(Flat(stems[0]).Zip(vocals, (x, y) => x * y).Sum(), sums.Pairs.Single(pair => (pair.First, pair.Second) == ("drums", "vocals")).Products, 1e-9);
        Assert.Equal(1.0, sums.NullSquares!.Value / residual.Sum(x => x * x), 1e-6);   // the instrumental's rounding, 2⁻²⁵, beside a residual of a tenth
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [Trait("Category", "Kernels")]
    [Trait("Requirement", "D-45")]
    public void Process_AnyBlocks_GivesSameBits(int block)
    {
        (AudioBuffer mix, AudioBuffer[] stems) = Music(frames: 21_000);
        var meter = new UnitMeter(44_100, 2, Names);
        AssertSame(UnitMeter.Measure(mix, Names, stems), Measured(meter, mix, stems, block));
        AssertSame(UnitMeter.Measure(mix, Names, stems), Measured(meter, mix, stems, block));   // the second unit of the same meter
    }

    [Fact]
    public void UnitSums_ThroughJson_ComeBackUnchanged()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = Music(frames: 10_000);
        UnitSums sums = UnitMeter.Measure(mix, Names, stems);
        string json = JsonSerializer.Serialize(sums);
        AssertSame(sums, JsonSerializer.Deserialize<UnitSums>(json)!);
        Assert.InRange(json.Length, 1, 4096);   // one for every few seconds of music: it has to stay a small record
    }

    [Theory]
    [InlineData(44_100)]
    [InlineData(48_000)]
    [Trait("Category", "Kernels")]
    public void Bands_WhiteNoise_HoldEnergyByWidthAndOfBothChannels(int rate)
    {
        AudioBuffer left = Tones.Noise(rate, 1, 10 * rate, 0.5f, seed: 3), silent = new(rate, 1, left.Frames);
        var stereo = new AudioBuffer(rate, [left[0].ToArray(), silent[0].ToArray()]);
        UnitSums one = UnitMeter.Measure(left, ["a"], [left]), two = UnitMeter.Measure(stereo, ["a"], [stereo]);
        IReadOnlyList<float> bands = one.Stems[0].Bands;

        // Octaves above 177 Hz hold twice as much each, as far as chance goes: 177 Hz · 10 s have 1770 degrees of freedom, σ 3.4 %; bins add 21.5/177 at the edge.
        for (int band = 3; band < bands.Count - 1; band++) Assert.Equal(2.0, bands[band] / bands[band - 1], 0.4);
        Assert.Equal(bands.Select(energy => (double)energy), two.Stems[0].Bands.Select(energy => (double)energy), (x, y) => Math.Abs(x - y) < 1e-4 * x);
    }

    [Fact]
    public void Process_BlocksOfAnyNumber_AllocatesNothing()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = Music(frames: 10_000);
        var meter = new UnitMeter(44_100, 2, Names);
        meter.Process(mix, stems);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) meter.Process(mix, stems);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Measure_WithoutVocals_HasNoInstrumental()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = Music(frames: 100);
        UnitSums sums = UnitMeter.Measure(mix, ["a", "b"], stems[..2]);
        Assert.Null(sums.Instrumental);
        Assert.Null(sums.NullSquares);
    }

    [Fact]
    public void Process_SampleThatIsNoNumber_IsRefused()
    {
        (AudioBuffer mix, AudioBuffer[] stems) = Music(frames: 100);
        stems[1][0][50] = float.NaN;
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => UnitMeter.Measure(mix, Names, stems)).Problem);
        stems[1][0][50] = 1e13f;
        Assert.Equal(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => UnitMeter.Measure(mix, Names, stems)).Problem);
    }

    /// <summary>Four noises of different levels, the last with pauses, and a mix that is not quite their sum.</summary>
    internal static (AudioBuffer Mix, AudioBuffer[] Stems) Music(int frames)
    {
        AudioBuffer[] stems = [.. Enumerable.Range(0, 4).Select(i => Tones.Noise(44_100, 2, frames, 0.1f * (i + 1), seed: i + 1))];
        for (int n = 0; n < frames; n++)
        {
            if (n / 7000 % 2 == 1) stems[3][0][n] = stems[3][1][n] = 0f;
        }

        AudioBuffer mix = Tones.Noise(44_100, 2, frames, 0.01f, seed: 9);
        for (int channel = 0; channel < 2; channel++)
        {
            for (int n = 0; n < frames; n++) mix[channel][n] += stems.Sum(stem => stem[channel][n]);
        }

        return (mix, stems);
    }

    internal static void AssertSame(UnitSums expected, UnitSums actual) => Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));

    static UnitSums Measured(UnitMeter meter, AudioBuffer mix, AudioBuffer[] stems, int block)
    {
        for (int from = 0; from < mix.Frames; from += block)
        {
            int count = Math.Min(block, mix.Frames - from);
            meter.Process(mix.Slice(from, count), [.. stems.Select(stem => stem.Slice(from, count))]);
        }

        return meter.Complete();
    }

    /// <summary>Left, then right.</summary>
    static double[] Flat(AudioBuffer audio) => [.. Enumerable.Range(0, audio.Channels).SelectMany(channel => audio[channel].ToArray()).Select(x => (double)x)];

    static double[] Sum(AudioBuffer[] stems) => [.. stems.Select(Flat).Aggregate((x, y) => [.. x.Zip(y, (a, b) => a + b)])];

    static void AssertTrack(double[] samples, TrackSums track)
    {
        Assert.Equal(samples.Max(Math.Abs), track.Peak);
        Assert.Equal(samples.Sum(x => x * x), track.Squares, 1e-9 * track.Squares);   // another order of a sum of 60,000 doubles
        int frames = samples.Length / 2, silent = 0;
        for (int from = 0; from < frames; from += 2205)
        {
            int to = Math.Min(frames, from + 2205);
            double square = samples[from..to].Concat(samples[(frames + from)..(frames + to)]).Average(x => x * x);
            if (10 * Math.Log10(square) < -60) silent += to - from;
        }

        Assert.Equal(silent, track.SilentFrames);
    }
}
