using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Plays chords. Signs of its patterns: <c>X</c> accent, <c>x</c> chord, <c>u</c> its upper notes, <c>l</c> its lowest, digits single notes from below. Without a pattern each chord is held.</summary>
sealed class ChordPlayer(Plan plan, Seat seat)
{
    readonly NoteSheet sheet = new(plan, seat.Patch);
    readonly Dice dice = plan.Dice.At(seat.Name);
    readonly int[][] layouts = Layouts(plan, seat);

    public IReadOnlyList<Note> Play()
    {
        foreach (var section in plan.Sections)
        {
            double level = plan.Level(seat.Role, section);
            if (level < 0.05) continue;
            if (seat.Sheet.Patterns.Count == 0) Hold(section, level);
            else for (int bar = section.StartBar; bar < section.EndBar; bar++) PlayBar(section, bar, level);
        }
        Strike(plan.Ending.HitBeat, 0.75 * plan.Ending.RingBeats, layouts[^1], 0.85 * plan.Style.Force, last: true);
        return sheet.Finish();
    }

    static int[][] Layouts(Plan plan, Seat seat)
    {
        var layouts = new int[plan.Harmony.Spans.Count][];
        int[] previous = [];
        for (int i = 0; i < layouts.Length; i++)
        {
            layouts[i] = previous = VoiceLeading.Next(previous, plan.Harmony.Spans[i].Chord, seat.Sheet.Low, seat.Sheet.High, seat.Sheet.Voices);
        }
        return layouts;
    }

    void Hold(SectionPlan section, double level)
    {
        double start = plan.BeatOf(section.StartBar), end = plan.BeatOf(section.EndBar);
        for (int i = plan.Harmony.IndexAt(start); i < plan.Harmony.Spans.Count && plan.Harmony.Spans[i].Start < end - 1e-6; i++)
        {
            double from = Math.Max(start, plan.Harmony.Spans[i].Start), to = Math.Min(end, plan.Harmony.Spans[i].End);
            Strike(from, (to - from) * seat.Sheet.Articulation, layouts[i], plan.Velocity(section, 0.5 + (0.3 * level)), last: false);
        }
    }

    void PlayBar(SectionPlan section, int bar, double level)
    {
        bool held = seat.Role != Role.Chords || level > 0.72;
        foreach (var sign in StepPattern.Read(PatternOf(section), plan.Grid, bar))
        {
            if (level < 0.45 && !plan.Grid.IsPulse(sign.Step) && dice.At("thin").At(sign.Step).Chance(0.6)) continue;
            double raster = plan.BeatOf(bar) + (sign.Step / 4.0);
            int index = plan.Harmony.IndexAt(raster);
            double length = sign.Length / 4.0 * seat.Sheet.Articulation * (held ? 1 : 0.6);
            double stress = ((sign.Sign is 'X' ? 0.92 : 0.8) * plan.Accent(sign.Step)) + dice.At("touch").At(bar).At(sign.Step).Between(-0.05, 0.05);
            double beat = plan.Timing.Loose(bar, sign.Step, seat.Name);
            double change = plan.Harmony.Spans[index].End - raster;
            Strike(beat, Math.Min(length, change), Chosen(layouts[index], sign.Sign), plan.Velocity(section, stress), last: false);
            if (length > change + 0.2 && index + 1 < layouts.Length && !char.IsDigit(sign.Sign))
            {
                Strike(beat + change, length - change, Chosen(layouts[index + 1], sign.Sign), plan.Velocity(section, 0.9 * stress), last: false);
            }
        }
    }

    string PatternOf(SectionPlan section)
    {
        var patterns = seat.Sheet.Patterns;
        int group = section.Kind is SectionKind.Drop ? 1 : section.Kind is SectionKind.Break or SectionKind.Bridge ? 2 : 0;
        return patterns[(dice.At("pattern").Below(patterns.Count) + group) % patterns.Count];
    }

    static ReadOnlySpan<int> Chosen(int[] layout, char sign) => sign switch
    {
        'u' => layout.AsSpan(layout.Length > 2 ? 1 : 0),
        'l' => layout.AsSpan(0, 1),
        >= '0' and <= '9' => new[] { layout[(sign - '0') % layout.Length] + (12 * ((sign - '0') / layout.Length)) },
        _ => layout,
    };

    void Strike(double beat, double length, ReadOnlySpan<int> pitches, double velocity, bool last)
    {
        double strum = plan.Grid.ToBeats(seat.Sheet.StrumSeconds) / Math.Max(1, pitches.Length - 1);
        for (int i = 0; i < pitches.Length; i++)
        {
            double stress = velocity * (i == pitches.Length - 1 ? 1 : 0.92);
            if (last) sheet.AddLast(length, pitches[i], stress);
            else sheet.Add(beat + (i * strum), Math.Max(0.08, length - (i * strum)), pitches[i], stress);
        }
    }
}
