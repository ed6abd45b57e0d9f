namespace DgxMusic.Dsp.Rhythm;

/// <summary>Beats that fall on onsets and keep their distance, by dynamic programming: Ellis, Beat Tracking by Dynamic Programming, J. New Music Research 36(1), 2007.</summary>
/// <param name="envelope">Onset strength, standard deviation about 1.</param>
sealed class BeatTracker(double[] envelope)
{
    // Ellis weighs the squared logarithm of a distance by 100; loops and most recordings keep time better than that.
    const double Tightness = 400;

    // In periods. A beat that is missing or one too many would be a wrong period, not a beat out of time.
    const double Nearest = 0.8, Furthest = 1.25;

    // Of an hour they are large: made once for all periods that are tried.
    readonly double[] scores = new double[envelope.Length];
    readonly int[] before = new int[envelope.Length];

    /// <param name="period">Frames from beat to beat.</param>
    /// <returns>Frames of the beats, ascending.</returns>
    internal List<int> Track(double period)
    {
        int nearest = Math.Max(1, (int)Math.Round(period * Nearest)), furthest = (int)Math.Round(period * Furthest);
        double[] penalties = [.. Enumerable.Range(nearest, furthest - nearest + 1).Select(distance => Tightness * Math.Pow(Math.Log(distance / period), 2))];
        for (int t = 0; t < envelope.Length; t++)
        {
            double best = t < furthest ? 0 : double.NegativeInfinity;   // a first beat only where no other fits before it
            before[t] = -1;
            for (int i = 0; i < penalties.Length && t - nearest - i >= 0; i++)
            {
                double score = scores[t - nearest - i] - penalties[i];
                if (score > best) (best, before[t]) = (score, t - nearest - i);
            }

            scores[t] = envelope[t] + best;
        }

        return Trace((int)Math.Ceiling(period));
    }

    List<int> Trace(int period)
    {
        int last = Math.Max(0, scores.Length - period);
        for (int t = last; t < scores.Length; t++)
        {
            if (scores[t] > scores[last]) last = t;
        }

        List<int> beats = [];
        for (int t = last; t >= 0; t = before[t]) beats.Add(t);
        beats.Reverse();
        return beats;
    }
}
