namespace DgxMusic.Dsp.Rhythm;

/// <summary>Beats that fall on onsets and keep their distance, by dynamic programming: Ellis, Beat Tracking by Dynamic Programming, J. New Music Research 36(1), 2007.</summary>
static class BeatTracker
{
    const double Tightness = 100;

    /// <param name="envelope">Onset strength, standard deviation about 1.</param>
    /// <param name="period">Frames from beat to beat.</param>
    /// <returns>Frames of the beats, ascending.</returns>
    internal static List<int> Track(ReadOnlySpan<double> envelope, double period)
    {
        int nearest = Math.Max(1, (int)Math.Round(period / 2)), furthest = (int)Math.Round(period * 2);
        double[] penalties = [.. Enumerable.Range(nearest, furthest - nearest + 1).Select(distance => Tightness * Math.Pow(Math.Log(distance / period), 2))];
        double[] scores = new double[envelope.Length];
        int[] before = new int[envelope.Length];
        for (int t = 0; t < envelope.Length; t++)
        {
            double best = 0;
            before[t] = -1;   // a first beat, unless what led here is worth more than its penalty
            for (int i = 0; i < penalties.Length && t - nearest - i >= 0; i++)
            {
                double score = scores[t - nearest - i] - penalties[i];
                if (score > best) (best, before[t]) = (score, t - nearest - i);
            }

            scores[t] = envelope[t] + best;
        }

        return Trim(Trace(scores, before, (int)Math.Ceiling(period)), envelope);
    }

    static List<int> Trace(double[] scores, int[] before, int period)
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

    /// <summary>Takes beats off both ends where the music has not begun or has ended: below a tenth of what beats are worth on average.</summary>
    static List<int> Trim(List<int> beats, ReadOnlySpan<double> envelope)
    {
        double[] strengths = new double[beats.Count];
        for (int i = 0; i < strengths.Length; i++) strengths[i] = Strength(envelope, beats[i]);
        double least = strengths.Length == 0 ? 0 : strengths.Average() / 10;
        int first = Array.FindIndex(strengths, strength => strength > least), last = Array.FindLastIndex(strengths, strength => strength > least);
        return first < 0 ? [] : beats[first..(last + 1)];
    }

    static double Strength(ReadOnlySpan<double> envelope, int t)
    {
        double strength = 0;
        for (int i = Math.Max(0, t - 2); i <= Math.Min(envelope.Length - 1, t + 2); i++) strength = Math.Max(strength, envelope[i]);
        return strength;
    }
}
