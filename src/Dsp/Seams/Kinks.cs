namespace DgxMusic.Dsp.Seams;

/// <summary>Differences across a join over those around it.</summary>
static class Kinks
{
    const double ReachSeconds = 0.02, Usual = 0.99;

    const int ShortestReach = 8;

    // −80 dB of full scale: what is smaller than this is not heard even in silence.
    const double Inaudible = 1e-4;

    /// <summary>|x[n] − x[n−1]| at the join.</summary>
    public static double Step(ReadOnlySpan<float> samples, int join, int sampleRateHz)
    {
        (double[] near, int at) = Near(samples, join, sampleRateHz);
        return Ratio(Differences(near), at - 1, clear: 1);
    }

    /// <summary>The larger of the two |x[n+1] − 2 x[n] + x[n−1]| that span the join.</summary>
    public static double Slope(ReadOnlySpan<float> samples, int join, int sampleRateHz)
    {
        (double[] near, int at) = Near(samples, join, sampleRateHz);
        double[] second = Differences(Differences(near));
        double[] pairs = [.. second.Skip(1).Select((value, i) => Math.Max(Math.Abs(second[i]), Math.Abs(value)))];
        return at < 2 || at - 2 >= pairs.Length ? 0.0 : Ratio(pairs, at - 2, clear: 2);
    }

    static (double[] Samples, int Join) Near(ReadOnlySpan<float> samples, int join, int sampleRateHz)
    {
        int reach = Math.Max(ShortestReach, (int)(ReachSeconds * sampleRateHz)), from = Math.Max(0, join - reach);
        return (Array.ConvertAll(samples[from..Math.Min(samples.Length, join + reach)].ToArray(), x => (double)x), join - from);
    }

    static double[] Differences(double[] values)
    {
        var differences = new double[Math.Max(0, values.Length - 1)];
        for (int i = 0; i < differences.Length; i++) differences[i] = values[i + 1] - values[i];
        return differences;
    }

    /// <summary>One magnitude over the 99th percentile of the others.</summary>
    /// <param name="clear">Neighbours to leave out: the join shows in them too.</param>
    static double Ratio(double[] values, int at, int clear)
    {
        double[] others = [.. values.Where((_, i) => Math.Abs(i - at) > clear).Select(Math.Abs).Order()];
        double usual = others.Length == 0 ? 0.0 : others[Math.Min(others.Length - 1, (int)(Usual * others.Length))];
        return Math.Abs(values[at]) / Math.Max(Inaudible, usual);
    }
}
