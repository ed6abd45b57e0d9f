namespace DgxMusic.Composer.Arrangement;

/// <summary>The drums of a build: a roll that doubles its pace and swells, while the kick drops out before the end.</summary>
sealed class BuildUp(Plan plan, NoteSheet sheet)
{
    public void PlayBar(SectionPlan section, int bar)
    {
        int steps = plan.Grid.Steps;
        for (int step = 0; step < steps; step++)
        {
            double progress = (bar - section.StartBar + ((double)step / steps)) / section.Bars;
            if (progress < 0.75 && plan.Grid.IsPulse(step)) Hit(section, bar, step, DrumGroove.Kick, 0.9);
            if (step % 2 == 0 && step % 4 != 0) Hit(section, bar, step, DrumGroove.OpenHat, 0.35 + (0.25 * progress));
            else if (step % 4 == 0) Hit(section, bar, step, DrumGroove.ClosedHat, 0.5);
            Roll(section, bar, step, progress);
        }
    }

    void Roll(SectionPlan section, int bar, int step, double progress)
    {
        double force = 0.3 + (0.6 * progress);
        bool strikes = progress < 0.5 ? plan.Grid.IsPulse(step) : progress < 0.75 ? step % 2 == 0 : true;
        if (!strikes) return;
        Hit(section, bar, step, DrumGroove.Snare, plan.Grid.IsPulse(step) ? force : 0.8 * force);
        if (progress >= 0.875) Hit(section, bar, step + 0.5, DrumGroove.Snare, 0.7 * force);
    }

    void Hit(SectionPlan section, int bar, double step, int pitch, double stress) =>
        sheet.Add(plan.Timing.At(bar, step), 0.25, pitch, plan.Velocity(section, stress));
}
