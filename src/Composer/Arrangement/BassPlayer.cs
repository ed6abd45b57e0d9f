using DgxMusic.Composer.Scores;
using DgxMusic.Composer.Theory;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Plays the bass. Signs of its patterns: <c>R</c> root, <c>r</c> the same softly, <c>O</c> octave, <c>F</c> fifth, <c>T</c> third, <c>S</c> seventh, <c>A</c> approach to the
/// next chord, <c>P</c> the key's tonic whatever the chord (a pedal point), <c>p</c> the same softly. The patterns <c>walk</c> and <c>kick</c> stand for a walking line and for notes that follow the kick drum.</summary>
sealed class BassPlayer(Plan plan, Seat seat)
{
    readonly NoteSheet sheet = new(plan, seat.Patch);
    readonly Dice dice = plan.Dice.At("bass");

    public IReadOnlyList<Note> Play()
    {
        foreach (var section in plan.Sections)
        {
            double level = plan.Level(Role.Bass, section);
            if (level < 0.05) continue;
            for (int bar = section.StartBar; bar < section.EndBar; bar++) PlayBar(section, bar, level);
        }
        sheet.AddLast(0.75 * plan.Ending.RingBeats, RootOf(plan.Harmony.Spans[^1].Chord), 0.9 * plan.Style.Force);
        return sheet.Finish();
    }

    void PlayBar(SectionPlan section, int bar, double level)
    {
        string pattern = PatternOf(section);
        var events = level < 0.45 ? StepPattern.Read("R---------------", plan.Grid, 0)
            : pattern == "kick" ? OnKicks(section) : pattern == "walk" ? Walk(bar) : StepPattern.Read(pattern, plan.Grid, bar);
        foreach (var sign in Vary(events, section, bar))
        {
            double beat = plan.BeatOf(bar) + (sign.Step / 4.0);
            double stress = (sign.Sign is 'r' or 'p' ? 0.66 : 0.95) * plan.Accent(sign.Step);
            double length = Math.Max(0.1, sign.Length / 4.0 * seat.Sheet.Articulation);
            sheet.Add(plan.Timing.Loose(bar, sign.Step, "bass"), length, PitchOf(sign.Sign, beat), plan.Velocity(section, stress));
        }
    }

    string PatternOf(SectionPlan section)
    {
        int group = section.Kind is SectionKind.Drop ? 1 : section.Kind is SectionKind.Bridge ? 2 : 0;
        int first = dice.At("pattern").Below(seat.Sheet.Patterns.Count);
        return seat.Sheet.Patterns[(first + group) % seat.Sheet.Patterns.Count];
    }

    /// <summary>Every second bar turns at its end; the fourth leads into the next chord.</summary>
    List<StepEvent> Vary(List<StepEvent> events, SectionPlan section, int bar)
    {
        int phrase = bar - section.StartBar;
        if (phrase % 2 == 0 || events.Count == 0 || plan.Grid.Pulses.Count == 1) return events;
        var last = plan.Grid.Pulses[^1];
        var draw = dice.At("turn").At(phrase % 4 == 1 ? section.StartBar : bar);
        string[] turns = phrase % 4 == 3 ? ["F.A.", "O.A.", "..A.", "R.FA", "A-A-"] : ["..O.", "F...", "R.F.", "...O", "O.F."];
        string turn = draw.Pick(turns);
        var kept = new List<StepEvent>();
        foreach (var sign in events)
        {
            if (sign.Step < last.Step) kept.Add(sign with { Length = Math.Min(sign.Length, last.Step - sign.Step) });
        }
        string bars = new string('.', 4 * last.Quarter) + turn + new string('.', 12 - (4 * last.Quarter));
        foreach (var sign in StepPattern.Read(bars, plan.Grid, 0))
        {
            if (sign.Step >= last.Step) kept.Add(sign);
        }
        return kept;
    }

    /// <summary>A note on each kick, held until the next.</summary>
    List<StepEvent> OnKicks(SectionPlan section)
    {
        var steps = new SortedSet<int> { 0 };
        foreach (var hit in plan.Grooves is null ? [] : plan.GrooveOf(section).Hits)
        {
            if (hit is { Pitch: DrumGroove.Kick, Tier: <= 2, Velocity: > 0.5 }) steps.Add(hit.Step);
        }
        var events = new List<StepEvent>();
        int[] places = [.. steps];
        for (int i = 0; i < places.Length; i++)
        {
            int end = i + 1 < places.Length ? places[i + 1] : plan.Grid.Steps;
            events.Add(new StepEvent(places[i], end - places[i], i == places.Length - 1 && i > 1 ? 'F' : 'R'));
        }
        return events;
    }

    /// <summary>A note on each pulse: root, chord notes, and a step into what comes.</summary>
    List<StepEvent> Walk(int bar)
    {
        var events = new List<StepEvent>();
        for (int i = 0; i < plan.Grid.Pulses.Count; i++)
        {
            var pulse = plan.Grid.Pulses[i];
            bool changes = plan.Harmony.IndexAt(plan.BeatOf(bar) + (pulse.Step / 4.0)) != plan.Harmony.IndexAt(plan.BeatOf(bar) + (pulse.Step / 4.0) - 0.5);
            bool leads = plan.Harmony.IndexAt(plan.BeatOf(bar) + ((pulse.Step + pulse.Length) / 4.0)) != plan.Harmony.IndexAt(plan.BeatOf(bar) + (pulse.Step / 4.0));
            char sign = i == 0 || changes ? 'R' : leads ? 'A' : dice.At("walk").At(bar).At(i).Pick(['T', 'F', 'S', 'O', 'F', 'T']);
            events.Add(new StepEvent(pulse.Step, pulse.Length, sign));
        }
        return events;
    }

    int PitchOf(char sign, double beat)
    {
        var chord = plan.Harmony.At(beat);
        int root = RootOf(chord);
        return sign switch
        {
            'O' => root + 12,
            'F' => root + chord.Fifth - (root + chord.Fifth > seat.Sheet.High - 6 ? 12 : 0),
            'T' => root + chord.Third % 12,
            'S' => root + chord.Seventh,
            'A' => Approach(beat),
            'P' or 'p' => seat.Sheet.Low + Scale.Modulo(plan.Scale.Key.Tonic - seat.Sheet.Low, 12),
            _ => root,
        };
    }

    /// <summary>The note of the scale beside the next chord's root, from the side the line comes from.</summary>
    int Approach(double beat)
    {
        int target = RootOf(plan.Harmony.After(beat)), here = RootOf(plan.Harmony.At(beat));
        int degree = plan.Scale.DegreeAt(target);
        int below = plan.Scale.Contains(target) ? degree - 1 : degree;
        return target == here ? plan.Scale.Pitch(below) : plan.Scale.PitchOver(plan.Harmony.At(beat), target > here ? below : degree + 1);
    }

    int RootOf(Chord chord) => chord.RootFrom(seat.Sheet.Low);
}
