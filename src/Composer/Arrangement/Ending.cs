namespace DgxMusic.Composer.Arrangement;

/// <summary>How a piece closes: everything stops at a last hit, which rings until the sound ends.</summary>
/// <param name="HitBeat">Quarter notes from the start; on a bar line unless the piece is shorter than four bars, then on a pulse.</param>
/// <param name="RingBeats">Quarter notes from the hit to the end.</param>
readonly record struct Ending(double HitBeat, double RingBeats)
{
    public static Ending Of(BarGrid grid)
    {
        int bars = (int)Math.Floor((grid.TotalBeats / grid.BarBeats) + 1e-9);
        double hit = bars < 4 ? OnPulse(grid) : grid.BarBeats * OnBar(grid, bars);
        return new Ending(hit, grid.TotalBeats - hit);
    }

    /// <summary>The bar line that leaves enough sound to ring and closes a phrase of four bars, or of two.</summary>
    static int OnBar(BarGrid grid, int bars)
    {
        double enough = Math.Clamp(0.06 * grid.DurationSeconds, 0.8, 2.0);
        int best = bars - 1;
        double least = double.MaxValue;
        for (int bar = bars; bar >= Math.Max(2, bars - 2); bar--)
        {
            double ring = grid.ToSeconds(grid.TotalBeats - (bar * grid.BarBeats));
            double cost = (0.5 * Math.Max(0, ring - 2.5)) + (bar % 4 == 0 ? 0 : bar % 2 == 0 ? 0.6 : 1.2);
            if (ring >= enough && cost < least) (best, least) = (bar, cost);
        }
        return best;
    }

    /// <summary>The last pulse that leaves a quarter of the piece to ring; a strong one where that leaves no more than half.</summary>
    static double OnPulse(BarGrid grid)
    {
        double last = grid.TotalBeats - Math.Max(0.25 * grid.TotalBeats, grid.ToBeats(0.35));
        double hit = 0, strong = 0;
        for (int bar = 0; bar * grid.BarBeats <= last; bar++)
        {
            for (int pulse = 0; pulse < grid.Pulses.Count; pulse++)
            {
                double beat = (bar * grid.BarBeats) + (grid.Pulses[pulse].Step / 4.0);
                if (beat > last + 1e-9) break;
                hit = beat;
                if (pulse % 2 == 0) strong = beat;
            }
        }
        return grid.TotalBeats - strong <= 0.5 * grid.TotalBeats ? strong : hit;
    }
}
