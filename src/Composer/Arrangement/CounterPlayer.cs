using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Plays a slow second voice: the third or the seventh of each chord, whichever is nearer, with a passing note on the way to the next.</summary>
sealed class CounterPlayer(Plan plan, Seat seat)
{
    readonly NoteSheet sheet = new(plan, seat.Patch);
    int voice = (seat.Sheet.Low + seat.Sheet.High) / 2;

    public IReadOnlyList<Note> Play()
    {
        foreach (var section in plan.Sections)
        {
            if (plan.Level(Role.Counter, section) > 0.05) PlaySection(section);
        }
        sheet.AddLast(0.7 * plan.Ending.RingBeats, plan.Harmony.Spans[^1].Chord.Nearest(voice), 0.6 * plan.Style.Force);
        return sheet.Finish();
    }

    void PlaySection(SectionPlan section)
    {
        double start = plan.BeatOf(section.StartBar), end = plan.BeatOf(section.EndBar);
        for (int i = plan.Harmony.IndexAt(start); i < plan.Harmony.Spans.Count - 1 && plan.Harmony.Spans[i].Start < end - 1e-6; i++)
        {
            var span = plan.Harmony.Spans[i];
            double from = Math.Max(start, span.Start), to = Math.Min(end, span.End);
            voice = Guide(span.Chord.Root, span.Chord.Third % 12, span.Chord.Seventh, voice);
            int next = Guide(plan.Harmony.Spans[i + 1].Chord.Root, plan.Harmony.Spans[i + 1].Chord.Third % 12, plan.Harmony.Spans[i + 1].Chord.Seventh, voice);
            bool passes = to - from >= 2 && Math.Abs(next - voice) > 2;
            double held = passes ? to - from - 1 : to - from;
            sheet.Add(from, held * seat.Sheet.Articulation, voice, plan.Velocity(section, 0.66));
            if (passes) sheet.Add(to - 1, seat.Sheet.Articulation, Between(voice, next), plan.Velocity(section, 0.58));
        }
    }

    /// <summary>The nearest of the guide tones inside the register.</summary>
    int Guide(int root, int third, int seventh, int near)
    {
        int best = near, least = int.MaxValue;
        foreach (int interval in (ReadOnlySpan<int>)[third, seventh == 12 ? 7 : seventh])
        {
            for (int pitch = seat.Sheet.Low; pitch <= seat.Sheet.High; pitch++)
            {
                if ((pitch - root - interval) % 12 == 0 && Math.Abs(pitch - near) < least) (best, least) = (pitch, Math.Abs(pitch - near));
            }
        }
        return best;
    }

    int Between(int from, int to)
    {
        int degree = plan.Scale.DegreeAt((from + to) / 2);
        return plan.Scale.Pitch(degree);
    }
}
