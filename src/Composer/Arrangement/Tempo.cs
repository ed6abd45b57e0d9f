using DgxMusic.Composer.Scores;

namespace DgxMusic.Composer.Arrangement;

/// <summary>Picks the tempo nobody asked for.</summary>
static class Tempo
{
    /// <summary>A tempo inside [low, high] at which whole bars fill the duration where there is one, phrases of four first.</summary>
    public static double Choose(double low, double high, Metre metre, double durationSeconds, Dice dice)
    {
        double preferred = dice.Between(low, high);
        double bpmOfOneBar = metre.QuartersPerBar * 60 / durationSeconds;
        double best = Math.Round(preferred);
        double least = double.MaxValue;
        for (int bars = (int)Math.Ceiling(low / bpmOfOneBar); bars * bpmOfOneBar <= high; bars++)
        {
            double bpm = bars * bpmOfOneBar;
            double cost = (Math.Abs(bpm - preferred) / (high - low)) + (bars % 4 <= 1 ? 0 : bars % 4 == 2 ? 0.3 : 0.5);
            if (bars > 0 && cost < least) (best, least) = (bpm, cost);
        }
        return Math.Clamp(best, low, high);
    }
}
