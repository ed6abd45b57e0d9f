namespace DgxMusic.Composer.Arrangement;

/// <summary>The last beats of a phrase.</summary>
static class DrumFill
{
    static readonly int[] Toms = [50, 48, 47, 45, 43, 41];
    static readonly string[] Breaks = ["x.x.k.xx", "k.xkx.xx", "x.kx.kxx", "kxx.kxgx"];

    public static void Play(Plan plan, SectionPlan section, int bar, int steps, NoteSheet sheet, Dice dice)
    {
        var kind = dice.At("kind").Pick(plan.Style.Drums.Fills);
        if (steps < 4 && kind == Fill.Silence) kind = Fill.Snare;
        int first = plan.Grid.Steps - steps;
        for (int step = 0; step < steps; step++)
        {
            double swell = 0.45 + (0.45 * (step + 1) / steps);
            foreach (var (offset, pitch, stress) in Strokes(kind, step, steps, swell, dice))
            {
                sheet.Add(plan.Timing.At(bar, first + step + offset), 0.25, pitch, plan.Velocity(section, stress));
            }
        }
    }

    static IEnumerable<(double Offset, int Pitch, double Stress)> Strokes(Fill kind, int step, int steps, double swell, Dice dice)
    {
        bool sounds = step % 2 == 0 || dice.At("step").At(step).Chance(0.6);
        return kind switch
        {
            Fill.Snare => sounds ? [(0, DrumGroove.Snare, step % 4 == 0 ? swell : 0.8 * swell)] : [],
            Fill.Toms => sounds ? [(0, Toms[step * Toms.Length / steps], swell)] : [],
            Fill.Hats => Hats(step, steps, swell),
            Fill.Silence => step >= steps - 2 ? [(0, DrumGroove.Clap, 0.7 * swell), (0, DrumGroove.Snare, swell)] : step == 0 ? [(0, DrumGroove.Kick, 0.9)] : [],
            Fill.Breakbeat => Break(dice.At("break").Pick(Breaks)[step % 8], swell),
            Fill.Brushes => step % 2 == 0 ? [(0, DrumGroove.Snare, 0.6 * swell)] : [],
            _ => sounds ? [(0, dice.At("drum").At(step).Chance(0.5) ? 41 : 45, swell)] : [],
        };
    }

    static IEnumerable<(double Offset, int Pitch, double Stress)> Hats(int step, int steps, double swell)
    {
        yield return (0, DrumGroove.ClosedHat, swell);
        yield return (0.5, DrumGroove.ClosedHat, 0.7 * swell);
        if (step == steps - 2) yield return (0, DrumGroove.Snare, 0.6);
    }

    static IEnumerable<(double Offset, int Pitch, double Stress)> Break(char sign, double swell) => sign switch
    {
        'k' => [(0, DrumGroove.Kick, 0.9)],
        'x' => [(0, DrumGroove.Snare, swell + 0.1)],
        'g' => [(0, DrumGroove.Snare, 0.35)],
        _ => [(0, DrumGroove.ClosedHat, 0.5)],
    };
}
