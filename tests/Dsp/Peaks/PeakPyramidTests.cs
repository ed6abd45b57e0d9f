using DgxMusic.Contracts;
using DgxMusic.Dsp.Peaks;
using FsCheck;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Peaks;

[Trait("Category", "Kernels")]
public sealed class PeakPyramidTests
{
    static Gen<int> Lengths => Gen.OneOf(Property.Between(0, 300), Property.Between(300, 5000), Property.Between(60_000, 90_000), Gen.Elements(256, 1024, 4096, 65_536, 1280));

    [Fact]
    public void Query_AnyRangeWithSamples_EqualsBruteForce() => Property.Holds(
        from frames in Lengths from a in Property.Between(0, 1_000_000) from b in Property.Between(0, 1_000_000)
        select (frames, start: (int)((long)Math.Min(a, b) * frames / 1_000_000), end: (int)((long)Math.Max(a, b) * frames / 1_000_000)),
        drawn =>
        {
            AudioBuffer audio = Property.Noise(drawn.frames, 2, drawn.frames);
            Same(Brute(audio[1][drawn.start..drawn.end]), PeakPyramid.Of(audio).Query(1, drawn.start, drawn.end, audio[1]));
        }, times: 300);

    [Fact]
    public void Query_AnyRangeWithout_EqualsBruteForceOverWholeBins() => Property.Holds(
        from frames in Lengths from a in Property.Between(0, 1_000_000) from b in Property.Between(0, 1_000_000)
        select (frames, start: (int)((long)Math.Min(a, b) * frames / 1_000_000), end: (int)((long)Math.Max(a, b) * frames / 1_000_000)),
        drawn =>
        {
            AudioBuffer audio = Property.Noise(drawn.frames, 1, drawn.frames);
            int first = drawn.start / 256 * 256, last = drawn.start == drawn.end ? first : Math.Min(drawn.frames, (drawn.end + 255) / 256 * 256);
            Same(Brute(audio[0][first..last]), PeakPyramid.Of(audio).Query(0, drawn.start, drawn.end));
        }, times: 300);

    [Fact]
    public void Build_AnyBlocks_GivesEveryLevelTheSameBits() => Property.Holds(
        from frames in Lengths from seed in Property.Between(0, 1000) select (frames, seed),
        drawn =>
        {
            AudioBuffer audio = Property.Noise(drawn.seed, 2, drawn.frames);
            var builder = new PeakPyramidBuilder(48_000, 2);
            var random = new Random(drawn.seed);
            for (int at = 0; at < drawn.frames;)
            {
                int count = Math.Min(drawn.frames - at, random.Next(2000));
                builder.Add(audio.Slice(at, count));
                if (random.Next(10) == 0) builder.Build();
                at += count;
            }

            PeakPyramid whole = PeakPyramid.Of(audio), cut = builder.Build();
            Assert.Equal((whole.Levels, whole.Frames), (cut.Levels, cut.Frames));
            for (int level = 0; level < whole.Levels; level++)
            {
                Assert.Equal(whole.Level(1, level).ToArray(), cut.Level(1, level).ToArray());
                Assert.Equal((drawn.frames + PeakPyramid.FramesOf(level) - 1) / PeakPyramid.FramesOf(level), whole.Level(1, level).Length);
                for (int bin = 0; bin < whole.Level(1, level).Length; bin++)
                {
                    int size = (int)PeakPyramid.FramesOf(level), from = bin * size;
                    Same(Brute(audio[1][from..Math.Min(drawn.frames, from + size)]), whole.Level(1, level)[bin]);
                }
            }

            if (drawn.frames > 0) Assert.Equal(1, whole.Level(0, whole.Levels - 1).Length);
        }, times: 60);

    [Fact]
    public void Draw_AnyZoom_CoversTheRangeOnce() => Property.Holds(
        from frames in Property.Between(1, 20_000) from columns in Property.Between(1, 500) from a in Property.Between(0, 20_000) from b in Property.Between(0, 20_000)
        select (frames, columns, start: Math.Min(Math.Min(a, b), frames), end: Math.Min(Math.Max(a, b), frames)),
        drawn =>
        {
            AudioBuffer audio = Property.Noise(7, 1, drawn.frames);
            PeakBin[] exact = new PeakBin[drawn.columns], coarse = new PeakBin[drawn.columns];
            PeakPyramid.Of(audio).Draw(0, drawn.start, drawn.end, exact, audio[0]);
            PeakPyramid.Of(audio).Draw(0, drawn.start, drawn.end, coarse);
            if (drawn.end - drawn.start >= drawn.columns) Assert.Equal(drawn.end - drawn.start, exact.Sum(column => column.Frames));
            Same(Brute(audio[0][drawn.start..drawn.end]) with { Energy = 0 }, exact.Aggregate((a, b) => a.With(b)) with { Energy = 0 }, anyFrames: true);
            Assert.All(exact.Zip(coarse), pair => Assert.True(pair.Second.Least <= pair.First.Least && pair.Second.Most >= pair.First.Most));
        });

    [Fact]
    public void Of_AnyLength_EqualsScalarBitForBit()
    {
        for (int length = 0; length < 100; length++)
        {
            float[] samples = Property.Noise(length, 1, length)[0].ToArray();
            Assert.Equal(PeakKernel.OfScalar(samples), PeakKernel.Of(samples));
        }
    }

    [Fact]
    public void Rms_OfHalvesAndNothing_IsKnown()
    {
        var audio = new AudioBuffer(8000, 1, 3000);
        audio[0].Fill(-0.5f);
        Assert.Equal(0.5, PeakPyramid.Of(audio).Query(0, 0, 3000).Rms);
        Assert.Equal(0.0, default(PeakBin).Rms);
        Assert.Equal(0, PeakPyramid.Of(new AudioBuffer(8000, 1, 0)).Levels);
    }

    [Fact]
    public void Members_Impossible_Throw()
    {
        var audio = new AudioBuffer(8000, 1, 1000);
        PeakPyramid pyramid = PeakPyramid.Of(audio);
        Assert.ThrowsAny<ArgumentException>(() => pyramid.Query(0, -1, 5));
        Assert.ThrowsAny<ArgumentException>(() => pyramid.Query(0, 6, 5));
        Assert.ThrowsAny<ArgumentException>(() => pyramid.Query(0, 0, 1001));
        Assert.ThrowsAny<ArgumentException>(() => pyramid.Query(0, 0, 10, new float[10]));
        Assert.ThrowsAny<ArgumentException>(() => new PeakPyramidBuilder(8000, 0));
        Assert.ThrowsAny<ArgumentException>(() => new PeakPyramidBuilder(8000, 1).Add(new AudioBuffer(8000, 2, 4)));
        audio[0][1] = float.NaN;
        Assert.Same(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => PeakPyramid.Of(audio)).Problem);
    }

    static PeakBin Brute(ReadOnlySpan<float> samples)
    {
        PeakBin bin = samples.IsEmpty ? default : new(samples[0], samples[0], 0, samples.Length);
        foreach (float x in samples) bin = bin with { Least = Math.Min(bin.Least, x), Most = Math.Max(bin.Most, x), Energy = bin.Energy + ((double)x * x) };
        return bin;
    }

    /// <summary>Extremes exactly; energies but for the order of their sum.</summary>
    static void Same(PeakBin expected, PeakBin actual, bool anyFrames = false)
    {
        Assert.Equal((expected.Least, expected.Most), (actual.Least, actual.Most));
        if (!anyFrames) Assert.Equal(expected.Frames, actual.Frames);
        Assert.Equal(expected.Energy, actual.Energy, expected.Energy * 1e-12);
    }
}
