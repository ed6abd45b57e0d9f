using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Plays broken chords: digits of its patterns are the notes of the chord from below, running on into the next octave.</summary>
sealed class ArpPlayer(Plan plan, Seat seat)
{
    readonly NoteSheet sheet = new(plan, seat.Patch);
    readonly Dice dice = plan.Dice.At("arp");

    public IReadOnlyList<Note> Play()
    {
        foreach (var section in plan.Sections)
        {
            double level = plan.Level(Role.Arp, section);
            for (int bar = section.StartBar; level > 0.05 && bar < section.EndBar; bar++) PlayBar(section, bar, level);
        }
        sheet.AddLast(0.6 * plan.Ending.RingBeats, plan.Harmony.Spans[^1].Chord.RootFrom(seat.Sheet.Low + 5), 0.6 * plan.Style.Force);
        return sheet.Finish();
    }

    void PlayBar(SectionPlan section, int bar, double level)
    {
        int group = section.Kind is SectionKind.Drop ? 1 : 0;
        string pattern = seat.Sheet.Patterns[(dice.At("pattern").Below(seat.Sheet.Patterns.Count) + group) % seat.Sheet.Patterns.Count];
        foreach (var sign in StepPattern.Read(pattern, plan.Grid, bar))
        {
            if (level < 0.6 && sign.Step % 2 == 1 && dice.At("thin").At(sign.Step).Chance(0.7)) continue;
            var chord = plan.Harmony.At(plan.BeatOf(bar) + (sign.Step / 4.0));
            double stress = plan.Grid.IsPulse(sign.Step) ? 0.78 : 0.62;
            bool lifts = bar % 4 == 3 && sign.Step >= plan.Grid.MiddleStep && dice.At("lift").At(bar).Chance(0.5);
            sheet.Add(plan.Timing.Loose(bar, sign.Step, "arp"), sign.Length / 4.0 * seat.Sheet.Articulation, PitchOf(chord, sign.Sign, lifts), plan.Velocity(section, stress));
        }
    }

    int PitchOf(Chord chord, char sign, bool lifts)
    {
        var intervals = chord.Intervals();
        int tones = Math.Min(4, intervals.Length), note = (sign - '0') + (lifts ? 1 : 0);
        int pitch = chord.RootFrom(seat.Sheet.Low) + (intervals[note % tones] % 12) + (12 * (note / tones));
        return pitch > seat.Sheet.High ? pitch - 12 : pitch;
    }
}
