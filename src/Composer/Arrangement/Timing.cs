namespace DgxMusic.Composer.Arrangement;

/// <summary>Turns places on the raster into moments: swing, and hands that are not machines.</summary>
sealed class Timing(BarGrid grid, StyleSheet style, double swing, Dice dice)
{
    readonly bool swings = grid.Metre.Unit <= 4;

    /// <summary>Quarter notes from the start of the piece.</summary>
    /// <param name="step">Sixteenths from the start of the bar; fractions are taken as they are.</param>
    public double At(int bar, double step)
    {
        double swung = step;
        int pair = 2 * style.SwingSteps;
        double within = step % pair;
        if (swings && swing > 0)
        {
            // The first of a pair stretches, the second shrinks; what lies between moves in proportion.
            double half = style.SwingSteps;
            swung = step - within + (within < half ? within * (1 + swing) : (half * (1 + swing)) + ((within - half) * (1 - swing)));
        }
        return (bar * grid.BarBeats) + (swung / 4);
    }

    /// <summary>A moment as a hand hits it. The first beat of a bar stays where it is.</summary>
    public double Loose(int bar, double step, string player)
    {
        double beat = At(bar, step);
        if (style.LooseSeconds == 0 || step == 0) return beat;
        double strays = dice.At(player).At(bar).At((int)(step * 8)).Between(-1, 1) * style.LooseSeconds;
        return Math.Max(0, beat + grid.ToBeats(strays));
    }

    /// <summary>The backbeat's moment: late where the style leans back.</summary>
    public double LaidBack(int bar, double step) => At(bar, step) + grid.ToBeats(style.LaidBackSeconds);
}
