using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Plays the melody: phrases of four statements of the motif, varied, the last of which closes.</summary>
sealed class LeadPlayer(Plan plan, Seat seat)
{
    // How the statements of a phrase follow one another.
    static readonly Variation[][] Full =
    [
        [Variation.Literal, Variation.Sequence, Variation.Literal, Variation.Cadence],
        [Variation.Literal, Variation.Inverted, Variation.Sequence, Variation.Cadence],
        [Variation.Literal, Variation.Ornamented, Variation.Literal, Variation.Cadence],
        [Variation.Literal, Variation.Sequence, Variation.Ornamented, Variation.Cadence],
    ];

    static readonly Variation[][] Calling =
    [
        [Variation.Literal, Variation.Rest, Variation.Sequence, Variation.Cadence],
        [Variation.Literal, Variation.Head, Variation.Inverted, Variation.Rest],
        [Variation.Literal, Variation.Rest, Variation.Literal, Variation.Cadence],
    ];

    static readonly Variation[] Hinting = [Variation.Head, Variation.Rest, Variation.Literal, Variation.Rest];

    readonly NoteSheet sheet = new(plan, seat.Patch);
    readonly Dice dice = plan.Dice.At("lead");
    readonly int motifBars = plan.Motif.Steps / plan.Grid.Steps;

    public IReadOnlyList<Note> Play()
    {
        foreach (var section in plan.Sections)
        {
            double level = plan.Level(Role.Lead, section);
            if (level > 0.05) PlaySection(section, level);
        }
        sheet.AddLast(0.7 * plan.Ending.RingBeats, Fold(plan.Scale.Pitch(0)), 0.8 * plan.Style.Force);
        return sheet.Finish();
    }

    void PlaySection(SectionPlan section, double level)
    {
        int statements = (section.Bars + motifBars - 1) / motifBars;
        for (int statement = 0; statement < statements; statement++)
        {
            int phrase = statement / 4;
            var form = level > 0.75 ? Full : Calling;
            var variations = level < 0.45 ? Hinting : dice.At("form").At((int)section.Kind).At(phrase % 2).Pick(form);
            var variation = statement == statements - 1 && level >= 0.45 ? Variation.Cadence : variations[statement % 4];
            if (statements == 1) variation = Variation.Literal;
            State(section, section.StartBar + (statement * motifBars), variation, half: phrase % 2 == 0 && statement != statements - 1);
        }
    }

    /// <summary>Lays one statement over the chords.</summary>
    /// <param name="half">A cadence that stays open, on the dominant, instead of closing on the tonic.</param>
    void State(SectionPlan section, int bar, Variation variation, bool half)
    {
        var notes = MotifForms.Of(plan.Motif, variation, plan.Grid, dice.At("vary").At(bar));
        int anchor = Anchor(bar);
        for (int i = 0; i < notes.Count; i++)
        {
            var note = notes[i];
            int noteBar = bar + (note.Step / plan.Grid.Steps), step = note.Step % plan.Grid.Steps;
            if (noteBar >= section.EndBar) break;
            bool closes = variation == Variation.Cadence && i == notes.Count - 1;
            int pitch = closes ? Close(half, PitchOf(anchor + note.Offset, noteBar, step)) : PitchAt(anchor + note.Offset, noteBar, step, note.Length);
            int length = closes ? Math.Max(note.Length, plan.Grid.Steps - step) : note.Length;
            double stress = (plan.Grid.IsPulse(step) ? 0.9 : 0.76) + dice.At("touch").At(noteBar).At(step).Between(-0.05, 0.05);
            sheet.Add(plan.Timing.Loose(noteBar, step, "lead"), length / 4.0 * seat.Sheet.Articulation, Fold(pitch), plan.Velocity(section, stress));
        }
    }

    /// <summary>The degree from which a statement counts: the chord note nearest to the middle of the register.</summary>
    int Anchor(int bar)
    {
        double beat = plan.BeatOf(bar);
        int centre = (seat.Sheet.Low + seat.Sheet.High) / 2 - 2;
        return plan.Scale.DegreeAt(plan.Harmony.At(beat).Nearest(centre));
    }

    /// <summary>A note of the scale; on a pulse, or where it stays, a note of the chord.</summary>
    int PitchAt(int degree, int bar, int step, int length)
    {
        int pitch = PitchOf(degree, bar, step);
        if (!plan.Grid.IsPulse(step) && length < 4) return pitch;
        int near = plan.Harmony.At(plan.BeatOf(bar) + (step / 4.0)).Nearest(pitch);
        return Math.Abs(near - pitch) <= 2 ? near : pitch;
    }

    int PitchOf(int degree, int bar, int step) => plan.Scale.PitchOver(plan.Harmony.At(plan.BeatOf(bar) + (step / 4.0)), degree);

    /// <summary>The tonic, or the fifth where the phrase stays open, nearest to where the line would have gone.</summary>
    int Close(bool half, int pitch)
    {
        int target = plan.Scale.Pitch(half ? 4 : 0);
        while (target > pitch + 6) target -= 12;
        while (target < pitch - 6) target += 12;
        return target;
    }

    int Fold(int pitch)
    {
        while (pitch < seat.Sheet.Low) pitch += 12;
        while (pitch > seat.Sheet.High) pitch -= 12;
        return pitch;
    }
}
