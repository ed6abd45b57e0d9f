using DgxMusic.Dsp.Alignment;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Alignment;

[Trait("Category", "Kernels")]
public sealed class SeamSearchTests
{
    [Fact]
    public void Best_AnyPiece_EqualsPlainSearch() => Property.Holds(
        from seed in Property.Between(0, 1000) from frames in Property.Between(1, 300) from range in Property.Between(0, 200) from channels in Property.Between(1, 3)
        from pattern in Property.Between(0, 700) from start in Property.Between(0, 500) from nominal in Property.Between(-50, 1100)
        select (seed, frames, range, channels, pattern, start, nominal),
        drawn =>
        {
            AudioBuffer audio = Property.Noise(drawn.seed, drawn.channels, 1000);
            int to = drawn.start + drawn.range;
            (int place, double correlation) = new SeamSearch(drawn.frames, 200).Best(audio, drawn.pattern, drawn.start, to, drawn.nominal);
            double Score(int candidate) =>
                Likeness(audio, drawn.pattern, candidate, drawn.frames) - (1e-3 * Math.Abs(candidate - Math.Clamp(drawn.nominal, drawn.start, to)) / Math.Max(1, drawn.range));
            double best = Enumerable.Range(drawn.start, drawn.range + 1).Max(Score);

            // The transform's rounding: a millionth of the energies, doubled for candidates quieter than their surroundings.
            Assert.Equal(best, Score(place), 2e-5);
            Assert.Equal(Likeness(audio, drawn.pattern, place, drawn.frames), correlation, 2e-5);
        }, times: 200);

    [Fact]
    public void Best_RepeatOfAPiece_IsFoundExactly()
    {
        AudioBuffer audio = Property.Noise(1, 2, 5000);
        for (int channel = 0; channel < 2; channel++) audio[channel].Slice(100, 400).CopyTo(audio[channel][3333..]);
        (int place, double correlation) = new SeamSearch(400, 1000).Best(audio, 100, 3000, 4000, 3900);
        Assert.Equal(3333, place);
        Assert.Equal(1.0, correlation, 1e-5);
    }

    [Fact]
    public void Best_Silence_IsTheNominalPlaceUncorrelated()
    {
        Assert.Equal((30, 0.0), new SeamSearch(40, 60).Best(new AudioBuffer(8000, 1, 500), 400, 0, 60, 30));
        Assert.Equal((30, 0.0), new SeamSearch(0, 60).Best(Property.Noise(1, 1, 500), 400, 0, 60, 30));
    }

    [Fact]
    public void Best_TooManyCandidatesOrNone_Throws()
    {
        AudioBuffer audio = Property.Noise(1, 1, 500);
        Assert.ThrowsAny<ArgumentException>(() => new SeamSearch(40, 60).Best(audio, 0, 0, 61, 0));
        Assert.ThrowsAny<ArgumentException>(() => new SeamSearch(40, 60).Best(audio, 0, 5, 4, 0));
    }

    static double Likeness(AudioBuffer audio, int a, int b, int frames)
    {
        (double product, double first, double second) = (0, 0, 0);
        for (int channel = 0; channel < audio.Channels; channel++)
        {
            for (int i = 0; i < frames; i++)
            {
                (double x, double y) = (audio[channel][a + i], audio[channel][b + i]);
                (product, first, second) = (product + (x * y), first + (x * x), second + (y * y));
            }
        }

        return product / Math.Sqrt(first * second);
    }
}
