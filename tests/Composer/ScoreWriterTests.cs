using DgxMusic.Composer.Arrangement;
using DgxMusic.Composer.Arrangement.Styles;
using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Tests;

public sealed class ScoreWriterTests
{
    public static TheoryData<string> Styles => [.. StyleBook.Names];

    [Theory]
    [MemberData(nameof(Styles))]
    public void Write_AnyLengthMetreAndTempo_IsPlayable(string style)
    {
        ulong seed = 0;
        foreach (double seconds in (double[])[1, 1.5, 2, 4, 8, 16, 37.3, 120, 600])
        {
            foreach (string metre in (string[])["", " 3/4", " 6/8", " 5/4"])
            {
                foreach (double? bpm in (double?[])[null, 40, 220])
                {
                    Score score = Write($"{style}{metre}", seconds, seed++, bpm);
                    double end = score.DurationSeconds / score.SecondsPerBeat;
                    Assert.NotEmpty(score.Parts);
                    foreach (Part part in score.Parts)
                    {
                        Assert.All(part.Notes, note =>
                        {
                            Assert.InRange(note.StartBeats, 0, end);
                            Assert.True(note.LengthBeats > 0);
                            Assert.InRange(note.Velocity, double.Epsilon, 1);
                            Assert.InRange(note.Pitch, 0, 127);
                        });
                        Assert.Equal(part.Notes.OrderBy(note => note.StartBeats).ThenBy(note => note.Pitch), part.Notes);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Write_DrumsAndBass_NeverRepeatABarMoreThanFourTimes(string style)
    {
        for (ulong seed = 0; seed < 4; seed++)
        {
            Score score = Write(style, 64, seed);
            double bar = score.Metre.QuartersPerBar;
            string[] bars = [.. Enumerable.Range(0, (int)(64 / score.SecondsPerBeat / bar)).Select(n => string.Join('|', score.Parts.Where(part => part.Stem is "drums" or "bass")
                .Select(part => string.Join(',', part.Notes.Where(note => (int)((note.StartBeats + 0.01) / bar) == n).Select(note => $"{note.StartBeats - (n * bar):F2}:{note.Pitch}")))))];
            int run = 1;
            for (int n = 1; n < bars.Length; n++)
            {
                run = bars[n] == bars[n - 1] && bars[n].Length > 1 ? run + 1 : 1;
                Assert.True(run <= 4, $"{style}, seed {seed}: bar {n} is the fifth of its kind.");
            }
        }
    }

    [Fact]
    public void Write_SameRequest_SameScore_OtherSeedOther()
    {
        Score first = Write("house with piano", 30, 7), second = Write("house with piano", 30, 7), other = Write("house with piano", 30, 8);
        Assert.Equal(Notes(first), Notes(second));
        Assert.NotEqual(Notes(first), Notes(other));
    }

    [Fact]
    public void Write_Options_WinOverThePrompt()
    {
        Composition piece = ScoreWriter.Write(new("techno at 130 BPM in C major", 20, 1, 97.5, "F# minor"));
        Assert.Equal(97.5, piece.Score.Bpm);
        Assert.Equal(new Key(6, Mode.Minor), piece.Score.Key);
        Assert.Single(piece.Reading.Understood, item => item.Field == "tempo");
        Assert.Equal("option", piece.Reading.Understood.Single(item => item.Field == "key").Words);
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Write_Motif_ComesBackAtLeastTwiceAndVaried(string style)
    {
        int found = 0;
        for (ulong seed = 0; seed < 5; seed++)
        {
            var request = new CompositionRequest(style, 48, seed);
            Plan plan = ScoreWriter.Draft(request).Plan;
            Part? lead = ScoreWriter.Write(request).Score.Parts.FirstOrDefault(part => part.Name.StartsWith("lead", StringComparison.Ordinal));
            if (lead is null) continue;
            int bars = (int)(plan.Ending.HitBeat / plan.Grid.BarBeats);
            int[][] statements = [.. Enumerable.Range(0, bars).Select(bar => Statement(plan, lead, bar)).Where(pitches => pitches.Length > 0)];
            // In another place of the scale, or bent towards the chords, it is a variation.
            if (statements.Length >= 3 && statements.Select(pitches => string.Join(',', pitches)).Distinct().Count() >= 2) found++;
        }

        Assert.True(found >= 4, $"The motif of {style} came back in {found} of 5 pieces.");
    }

    /// <summary>What is played of the motif if a statement begins in a bar: a pitch for each of its notes; nothing unless each has its note at its place and the line goes its way in most steps.</summary>
    static int[] Statement(Plan plan, Part lead, int bar)
    {
        var pitches = new List<int>();
        foreach (MotifNote note in plan.Motif.Notes)
        {
            double beat = plan.Timing.At(bar + (note.Step / plan.Grid.Steps), note.Step % plan.Grid.Steps);
            Note[] here = [.. lead.Notes.Where(played => Math.Abs(played.StartBeats - beat) < 0.06)];
            if (here.Length != 1) return [];
            pitches.Add(here[0].Pitch);
        }

        int[] wanted = [.. plan.Motif.Notes.Zip(plan.Motif.Notes.Skip(1), (a, b) => Math.Sign(b.Offset - a.Offset))], played = [.. pitches.Zip(pitches.Skip(1), (a, b) => Math.Sign(b - a))];
        return wanted.Zip(played).Count(pair => pair.First == pair.Second) * 2 >= wanted.Length ? [.. pitches] : [];
    }

    [Theory]
    [InlineData("happy house music at 124.5 BPM in F# minor", "house", 124.5, 6, Mode.Minor)]
    [InlineData("Lo-Fi hip hop, 80bpm, key of C", "lo-fi", 80, 0, Mode.Major)]
    [InlineData("drum & bass bpm: 174, Bb major", "drum & bass", 174, 10, Mode.Major)]
    [InlineData("jazz in d dorian, tempo 150", "jazz", 150, 2, Mode.Dorian)]
    public void Write_Prompt_IsTakenAtItsWord(string prompt, string style, double bpm, int tonic, Mode mode)
    {
        Score score = Write(prompt, 20, 3);
        Assert.Equal((style, bpm, new Key(tonic, mode)), (score.Style, score.Bpm, score.Key));
    }

    [Fact]
    public void Write_Wishes_AreMet()
    {
        Assert.DoesNotContain(Write("rock without drums", 30, 1).Parts, part => part.Stem == "drums");
        Assert.Contains(Write("techno with a flute", 30, 1).Parts, part => part.Patch == Patch.Flute);
        Assert.Equal(new Metre(3, 4), Write("a slow waltz", 30, 1).Metre);
        Assert.Equal("pop", Write("qwertz uiop", 30, 1).Style);
    }

    [Theory]
    [InlineData("🎻🎻🎻")]
    [InlineData("音楽を作ってください")]
    [InlineData("\"'; DROP TABLE jobs; --\n\t\\")]
    [InlineData("999999999 BPM 0/0 99/8 in H major no no no without")]
    public void Write_AnyText_IsMusic(string prompt) => Assert.NotEmpty(Write(prompt, 10, 1).Parts);

    static Score Write(string prompt, double seconds, ulong seed, double? bpm = null) => ScoreWriter.Write(new(prompt, seconds, seed, bpm)).Score;

    static string Notes(Score score) => string.Join(';', score.Parts.Select(part => $"{part.Patch} {string.Join(',', part.Notes)}"));
}
