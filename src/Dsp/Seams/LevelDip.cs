namespace DgxMusic.Dsp.Seams;

/// <summary>Short sags of level.</summary>
static class LevelDip
{
    public const double ReachSeconds = 1.5;

    // Levels are means of four blocks, 10 ms, every 2.5 ms. A sag is the lowest level within ±4 blocks, against the means 6 to 18 blocks away.
    const double BlockSeconds = 0.0025;
    const int Window = 4, Near = 4, From = 6, To = 18;

    // Sags this close, in blocks, are one.
    const int Apart = 22;

    // A sag of this many dB is silence to the ear, whatever lies below.
    const double Silence = 20.0;

    // Energy of -80 dB of full scale.
    const double Inaudible = 1e-8;

    /// <summary>dB by which the sag at the join exceeds the usual one; 0 or more.</summary>
    public static double At(ReadOnlySpan<float> samples, int join, int sampleRateHz)
    {
        int block = Math.Max(1, (int)Math.Round(BlockSeconds * sampleRateHz));
        double[] levels = Levels(samples, join, block, out int centre);
        double here = Sag(levels, centre);
        if (here <= 0.0) return 0.0;
        return Math.Max(0.0, here - Usual(levels, centre));
    }

    /// <summary>The second deepest sag elsewhere: a rest that comes with every bar is no fault, one that came once may be.</summary>
    static double Usual(double[] levels, int centre)
    {
        (double deepest, int place, double second) = (0.0, int.MinValue / 2, 0.0);
        for (int i = To; i < levels.Length - To; i++)
        {
            if (Math.Abs(i - centre) <= Apart || Sag(levels, i) is var sag && sag <= second) continue;
            if (Math.Abs(i - place) <= Apart) deepest = Math.Max(deepest, sag);
            else if (sag > deepest) (second, deepest, place) = (deepest, sag, i);
            else second = sag;
        }

        return second;
    }

    /// <summary>Mean powers of windows; the one at <paramref name="centre"/> has the join in its middle.</summary>
    static double[] Levels(ReadOnlySpan<float> samples, int join, int block, out int centre)
    {
        int first = join % block, blocks = (samples.Length - first) / block;
        var powers = new double[Math.Max(0, blocks)];
        for (int i = 0; i < powers.Length; i++)
        {
            double energy = 0.0;
            foreach (float x in samples.Slice(first + (i * block), block)) energy += (double)x * x;
            powers[i] = energy / block;
        }

        centre = (join / block) - (Window / 2);
        var levels = new double[Math.Max(0, powers.Length - Window + 1)];
        for (int i = 0; i < levels.Length; i++) levels[i] = Mean(powers.AsSpan(i, Window));
        return levels;
    }

    /// <summary>dB from the lower of both sides down to the lowest level here; 0 where it does not sag, where a side is missing or silent.</summary>
    static double Sag(double[] levels, int at)
    {
        if (at < To || at >= levels.Length - To) return 0.0;
        double before = Mean(levels.AsSpan(at - To, To - From + 1)), after = Mean(levels.AsSpan(at + From, To - From + 1));
        double lowest = double.PositiveInfinity;
        for (int i = at - Near; i <= at + Near; i++) lowest = Math.Min(lowest, levels[i]);
        if (Math.Min(before, after) < Inaudible) return 0.0;

        // What follows louder than what was is an attack: it is meant to stand out from what is just before it, and masks it.
        double sag = 10.0 * Math.Log10(Math.Min(before, after) / Math.Max(lowest, Inaudible)), attack = Math.Max(0.0, 10.0 * Math.Log10(after / before));
        return Math.Max(0.0, Math.Min(sag, Silence) - attack);
    }

    static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0.0;
        foreach (double value in values) sum += value;
        return sum / values.Length;
    }
}
