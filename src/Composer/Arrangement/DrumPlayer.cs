using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Plays the drums: the section's groove, a little different each bar, a fill where a phrase ends.</summary>
sealed class DrumPlayer(Plan plan, Seat seat)
{
    readonly NoteSheet sheet = new(plan, seat.Patch);
    readonly Dice dice = plan.Dice.At("drums");

    public IReadOnlyList<Note> Play()
    {
        foreach (var section in plan.Sections)
        {
            double level = plan.Level(Role.Drums, section);
            for (int bar = section.StartBar; bar < section.EndBar; bar++) PlayBar(section, bar, level);
            Open(section, level);
        }
        if (plan.Style.Drums.CrashVelocity > 0) sheet.AddLast(plan.Ending.RingBeats, DrumGroove.Crash, plan.Style.Drums.CrashVelocity * plan.Style.Force);
        sheet.AddLast(plan.Ending.RingBeats, DrumGroove.Kick, 0.95 * plan.Style.Force);
        return sheet.Finish();
    }

    void PlayBar(SectionPlan section, int bar, double level)
    {
        int tier = level < 0.05 ? 0 : level < 0.45 ? 1 : level < 0.85 ? 2 : 3;
        if (tier == 0) return;
        if (section.Kind == SectionKind.Build && plan.Style.Form == FormKind.Electronic && section.Bars * plan.Grid.Steps >= 16)
        {
            new BuildUp(plan, sheet).PlayBar(section, bar);
            return;
        }
        int phrase = bar - section.StartBar;
        int fillSteps = FillSteps(section, phrase, tier);
        foreach (var hit in Vary(Selected(section, tier), bar, phrase, tier))
        {
            if (hit.Step < plan.Grid.Steps - fillSteps || (fillSteps <= 4 && hit.Pitch is DrumGroove.Kick or DrumGroove.ClosedHat)) Strike(section, bar, hit);
        }
        if (fillSteps > 0) DrumFill.Play(plan, section, bar, fillSteps, sheet, dice.At("fill").At(bar));
    }

    List<DrumHit> Selected(SectionPlan section, int tier)
    {
        var hits = new List<DrumHit>();
        bool silentKick = section.Kind is SectionKind.Break && plan.Style.Form is FormKind.Electronic or FormKind.Loop;
        foreach (var hit in plan.GrooveOf(section).Hits)
        {
            if (hit.Tier <= tier && !(silentKick && hit.Pitch == DrumGroove.Kick && hit.Step != 0)) hits.Add(hit);
        }
        return hits;
    }

    /// <summary>Sixteenths at the end of the bar that a fill takes: half a bar where a section ends, a beat every four bars.</summary>
    int FillSteps(SectionPlan section, int phrase, int tier)
    {
        var last = plan.Grid.Pulses[^1];
        bool ends = phrase == section.Bars - 1;
        if (tier == 1) return ends && plan.Style.Force > 0.7 ? last.Length : 0;
        if (ends || phrase % 8 == 7) return plan.Grid.Steps - Math.Max(plan.Grid.MiddleStep, last.Step - 4);
        return phrase % 4 == 3 && dice.At("small fill").At(section.StartBar + phrase).Chance(0.7) ? last.Length : 0;
    }

    /// <summary>Four bars that are not one bar four times: the second and the fourth have something the others have not.</summary>
    List<DrumHit> Vary(List<DrumHit> hits, int bar, int phrase, int tier)
    {
        if (phrase % 2 == 0) return hits;
        var draw = dice.At("vary").At(phrase % 4 == 1 ? bar / 8 : bar);
        int steps = plan.Grid.Steps;
        int late = plan.Grid.Pulses[^1].Step + (plan.Grid.Pulses[^1].Length / 2);
        switch (draw.At("what").Below(tier == 1 ? 2 : 5))
        {
            case 0:
                hits.RemoveAll(hit => hit.Step == late && hit.Pitch is DrumGroove.ClosedHat);
                hits.Add(new DrumHit(late, plan.Style.Force < 0.7 ? 44 : DrumGroove.OpenHat, 0.6, 1));
                if (phrase % 4 == 3) hits.Add(new DrumHit(steps - 1, DrumGroove.ClosedHat, 0.5, 1));
                break;
            case 1:
                hits.Add(new DrumHit(steps - 1, DrumGroove.ClosedHat, 0.45, 1));
                hits.Add(new DrumHit(draw.At("hat").Below(steps / 2) * 2, 70, 0.5, 1));
                break;
            case 2:
                hits.Add(new DrumHit(late + (draw.At("kick").Chance(0.5) ? 1 : 0), DrumGroove.Kick, 0.75, 1));
                break;
            case 3:
                hits.Add(new DrumHit(Math.Max(1, plan.Grid.MiddleStep - 1), DrumGroove.Snare, 0.35, 1));
                hits.Add(new DrumHit(Math.Min(steps - 1, plan.Grid.MiddleStep + 1), DrumGroove.Snare, 0.3, 1));
                break;
            default:
                hits.Add(new DrumHit(late - 1, DrumGroove.Snare, 0.4, 1));
                hits.Add(new DrumHit(draw.At("perc").Below(steps), DrumGroove.Rim, 0.5, 1));
                break;
        }
        return hits;
    }

    void Strike(SectionPlan section, int bar, DrumHit hit)
    {
        bool backbeat = hit.Pitch is DrumGroove.Snare or DrumGroove.Clap or DrumGroove.Rim && hit.Velocity > 0.5;
        double beat = backbeat ? plan.Timing.LaidBack(bar, hit.Step) : hit.Pitch == DrumGroove.Kick ? plan.Timing.At(bar, hit.Step) : plan.Timing.Loose(bar, hit.Step, "drums");
        double touch = dice.At("touch").At(bar).At(hit.Step).At(hit.Pitch).Between(0.93, 1.05);
        double accent = hit.Pitch is DrumGroove.Kick or DrumGroove.Snare or DrumGroove.Clap or DrumGroove.OpenHat ? 1 : plan.Accent(hit.Step);
        sheet.Add(beat, 0.25, hit.Pitch, plan.Velocity(section, hit.Velocity * touch * accent));
    }

    /// <summary>A cymbal on the first beat of a section that is louder than what came before.</summary>
    void Open(SectionPlan section, double level)
    {
        double velocity = plan.Style.Drums.CrashVelocity;
        if (velocity == 0 || level < 0.15 || (section.StartBar == 0 && section.Kind != SectionKind.Drop)) return;
        double stress = section.Kind is SectionKind.Drop ? 1 : 0.6;
        sheet.Add(plan.BeatOf(section.StartBar), 2, DrumGroove.Crash, plan.Velocity(section, velocity * stress));
        for (int bar = 8; bar < section.Bars; bar += 8)
        {
            if (level > 0.6) sheet.Add(plan.BeatOf(section.StartBar + bar), 2, DrumGroove.Crash, plan.Velocity(section, 0.7 * velocity));
        }
    }
}
