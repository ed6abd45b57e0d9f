using DgxMusic.Contracts;
using DgxMusic.Dsp.Alignment;
using DgxMusic.Dsp.Seams;
using FsCheck.Fluent;

namespace DgxMusic.Dsp.Tests.Seams;

[Trait("Category", "Kernels")]
public sealed class SeamScoreTests
{
    const int Rate = 44_100, Join = Rate;

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(12)]
    public void Measure_UntouchedMusic_IsAudibleAtOnePercentOfPlacesAtMost(int seed)
    {
        AudioBuffer music = SyntheticMusic.Of(seed);
        var random = new Random(seed);
        SeamScore[] scores = [.. Enumerable.Range(0, 200).Select(_ => SeamScore.Measure(music, random.Next(1, music.Frames)))];
        SeamScore[] audible = [.. scores.Where(score => score.Audible)];
        Assert.True(audible.Length <= 2, $"{audible.Length}: {string.Join(", ", audible)}");
    }

    [Fact]
    public void Measure_CutOfAToneAtTheWrongPhase_IsAudible() => Property.Holds(
        from hertz in Property.Between(60, 4000) from phase in Property.Between(0, 359) from jump in Property.Between(60, 180) select (hertz, phase, jump),
        drawn => Assert.True(SeamScore.Measure(Cut(drawn.hertz, drawn.phase, drawn.jump), Join).Audible));

    [Fact]
    public void Measure_CrossfadeOfTheSameTone_IsNot() => Property.Holds(
        from hertz in Property.Between(60, 4000) from phase in Property.Between(0, 359) from jump in Property.Between(0, 90)
        from place in Gen.Elements(0.0, 0.25, 0.5, 0.75, 1.0)
        select (hertz, phase, jump, place),
        drawn =>
        {
            // Equal power over 50 ms that end at the join; beyond a quarter of a period two equal tones cancel more and more, which no gains mend.
            const int overlap = 2205;
            AudioBuffer audio = Cut(drawn.hertz, drawn.phase, drawn.jump);
            float[] old = Tone(drawn.hertz, drawn.phase, -overlap, overlap), next = Tone(drawn.hertz, drawn.phase + drawn.jump, -overlap, overlap);
            Crossfade.Mix(old, next, audio[0].Slice(Join - overlap, overlap), overlap, correlation: 0);
            SeamScore score = SeamScore.Measure(audio, Join - (int)(drawn.place * overlap));
            Assert.False(score.Audible, score.ToString());
        });

    [Fact]
    public void Measure_AlignedMusic_HasNoAudibleSeamButWherePlainTilesMeet()
    {
        AudioBuffer[] music = [SyntheticMusic.Of(4), SyntheticMusic.Of(5), SyntheticMusic.Of(12)];
        int plain = 0, looped = 0, tailed = 0;
        for (int piece = 0; piece < 15; piece++)
        {
            AudioBuffer stem = music[piece % 3].Slice(7919 * piece, (3 * Rate) + (7000 * piece));
            AlignmentTarget target = new(2 * stem.Frames, Rate, 2);
            plain += IsAudible(AlignmentStrategy.Loop, seamless: false, stem.Frames, 0);
            SeamlessRepeat loop = SeamlessRepeat.Loop(stem), tail = SeamlessRepeat.Tail(stem, stem.Frames)!.Value;
            looped += IsAudible(AlignmentStrategy.Loop, seamless: true, (int)loop.Period, loop.Overlap);
            tailed += IsAudible(AlignmentStrategy.Crossfade, seamless: true, tail.Start + (int)tail.Period, tail.Overlap);

            int IsAudible(AlignmentStrategy strategy, bool seamless, int seam, int overlap)
            {
                AudioBuffer audio = StemAligner.Align(stem, target, new() { Strategy = strategy, LoopSeamless = seamless }).Audio;
                return Enumerable.Range(0, 5).Any(quarter => SeamScore.Measure(audio, seam + (quarter * overlap / 4)).Audible) ? 1 : 0;
            }
        }

        // Of 150 such pieces 95 plain seams were audible, three of a loop and one of a tail.
        Assert.InRange(plain, 6, 15);
        Assert.InRange(looped, 0, 1);
        Assert.InRange(tailed, 0, 1);
    }

    [Fact]
    public void Measure_ToneThatRunsOn_IsUsual() => Property.Holds(
        from hertz in Property.Between(30, 15_000) from phase in Property.Between(0, 359) select (hertz, phase),
        drawn =>
        {
            SeamScore score = SeamScore.Measure(Cut(drawn.hertz, drawn.phase, 0), Join);
            Assert.InRange(score.StepRatio, 0, 1.01);
            Assert.InRange(score.SlopeRatio, 0, 1.01);
            Assert.InRange(score.LevelDipDb, 0, 0.5);
        });

    [Theory]
    [InlineData(20, true)]
    [InlineData(5, true)]
    [InlineData(0, false)]
    public void Measure_FadeOutThenIn_DipsAudibly(int milliseconds, bool audible)
    {
        AudioBuffer noise = Property.Noise(1, 1, 2 * Rate, Rate);
        int fade = milliseconds * Rate / 1000;
        for (int i = 0; i < fade; i++)
        {
            noise[0][Join - 1 - i] *= (float)i / fade;
            noise[0][Join + i] *= (float)i / fade;
        }

        SeamScore score = SeamScore.Measure(noise, Join);
        Assert.Equal(audible, score.LevelDipDb > SeamScore.AudibleDipDb);
        Assert.InRange(score.StepRatio, 0, 1.6);
    }

    [Fact]
    public void Measure_OppositeTonesCrossfaded_Dips()
    {
        AudioBuffer audio = Cut(440, 0, 180);
        Crossfade.Mix(Tone(440, 0, -2205, 2205), Tone(440, 180, -2205, 2205), audio[0].Slice(Join - 2205, 2205), 2205, correlation: 0);
        Assert.InRange(SeamScore.Measure(audio, Join - 1102).LevelDipDb, 6, 80);
    }

    [Fact]
    public void Measure_Louder_IsTheSame() => Property.Holds(
        from seed in Property.Between(0, 100) from gain in Gen.Elements(0.125f, 0.5f, 4f) from cut in Gen.Elements(true, false) select (seed, gain, cut),
        drawn =>
        {
            AudioBuffer audio = Property.Noise(drawn.seed, 1, Rate, Rate);
            if (drawn.cut) audio[0][Rate / 2] = 3f;
            SeamScore score = SeamScore.Measure(audio, Rate / 2);
            for (int i = 0; i < Rate; i++) audio[0][i] *= drawn.gain;
            SeamScore scaled = SeamScore.Measure(audio, Rate / 2);
            Assert.Equal(score.StepRatio, scaled.StepRatio, 1e-9);
            Assert.Equal(score.SlopeRatio, scaled.SlopeRatio, 1e-9);
            Assert.Equal(score.LevelDipDb, scaled.LevelDipDb, 1e-9);
        });

    [Fact]
    public void Measure_ClickInTheWorseChannel_Counts()
    {
        AudioBuffer audio = Property.Noise(1, 2, Rate, Rate);
        audio[1][Rate / 2] = 4f;
        SeamScore score = SeamScore.Measure(audio, Rate / 2);
        Assert.True(score.StepRatio > 1.7 && score.SlopeRatio > 1.7);
    }

    [Fact]
    public void Measure_AnyBuffer_IsFinite() => Property.Holds(
        from frames in Property.Between(2, 5000) from at in Property.Between(0, 1000)
        from rate in Gen.Elements(1, 50, 8000, 384_000) from silent in Gen.Elements(true, false)
        select (frames, at, rate, silent),
        drawn =>
        {
            AudioBuffer audio = drawn.silent ? new(drawn.rate, 2, drawn.frames) : Property.Noise(drawn.at, 2, drawn.frames, drawn.rate);
            SeamScore score = SeamScore.Measure(audio, 1 + (drawn.at * (drawn.frames - 2) / 1000));
            Assert.True(double.IsFinite(score.StepRatio) && double.IsFinite(score.SlopeRatio) && double.IsFinite(score.LevelDipDb));
            if (drawn.silent) Assert.Equal(default, score);
        });

    [Fact]
    public void Measure_Impossible_Throws()
    {
        AudioBuffer audio = new(Rate, 1, 100);
        Assert.ThrowsAny<ArgumentException>(() => SeamScore.Measure(audio, 0));
        Assert.ThrowsAny<ArgumentException>(() => SeamScore.Measure(audio, 100));
        audio[0][50] = float.NaN;
        Assert.Same(Problem.InvalidSamples, Assert.Throws<PipelineException>(() => SeamScore.Measure(audio, 20)).Problem);
    }

    /// <summary>Two seconds of a tone whose phase jumps at <see cref="Join"/>; degrees.</summary>
    static AudioBuffer Cut(double hertz, double phase, double jump) =>
        new(Rate, [[.. Tone(hertz, phase, -Join, Join), .. Tone(hertz, phase + jump, 0, Join)]]);

    static float[] Tone(double hertz, double phase, int from, int frames) =>
        [.. Enumerable.Range(from, frames).Select(n => (float)(0.5 * Math.Sin((2 * Math.PI * hertz * n / Rate) + (phase * Math.PI / 180))))];
}
