namespace DgxMusic.Dsp.Rhythm;

/// <summary>The beat periods that the music could have: the likeliest ones, and simple multiples and parts of them.</summary>
static class Periods
{
    const double FramesPerMinute = 60.0 * OnsetEnvelopes.FramesPerSecond;

    // Searched wider than what is answered: bars and eighths lead to beats as well.
    const double SearchedFromBpm = 30, SearchedToBpm = 460, StepRatio = 1.004;
    const int Peaks = 4;

    /// <summary>How far the spectrum may move a peak, and how near two periods are the same: half of what ratios of small numbers differ by.</summary>
    const double Nearness = 0.025;

    static readonly double[] ratios = [1, 2, 1 / 2.0, 3, 1 / 3.0, 3 / 2.0, 2 / 3.0, 4, 1 / 4.0, 4 / 3.0, 3 / 4.0];

    /// <returns>Frames from beat to beat, likelier ones first.</returns>
    internal static List<double> Of(Periodicity periodicity, TempoSpectrum spectrum, double slowestBpm, double fastestBpm)
    {
        List<double> periods = [];
        foreach (double peak in Strongest(periodicity))
        {
            double refined = spectrum.Refine(peak, Nearness);
            foreach (double ratio in ratios)
            {
                double period = refined * ratio, bpm = FramesPerMinute / period;
                if (bpm >= slowestBpm && bpm <= fastestBpm && !periods.Any(other => Math.Abs((other / period) - 1) < Nearness)) periods.Add(period);
            }
        }

        return periods;
    }

    static IEnumerable<double> Strongest(Periodicity periodicity)
    {
        List<(double Score, double Period)> peaks = [];
        (double Score, double Period) before = default, here = default;
        for (double bpm = SearchedFromBpm; bpm <= SearchedToBpm; bpm *= StepRatio)
        {
            (double Score, double Period) next = (periodicity.Score(FramesPerMinute / bpm), FramesPerMinute / bpm);
            if (here.Score > 0 && here.Score > before.Score && here.Score >= next.Score) peaks.Add(here);
            (before, here) = (here, next);
        }

        return peaks.OrderByDescending(peak => peak.Score).Take(Peaks).Select(peak => peak.Period);
    }
}
