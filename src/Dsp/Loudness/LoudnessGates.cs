using System.Runtime.InteropServices;

namespace DgxMusic.Dsp.Loudness;

/// <summary>Gated statistics over powers of overlapping windows. Power 1 is −0.691 LUFS.</summary>
static class LoudnessGates
{
    /// <summary>−70 LUFS.</summary>
    static readonly double AbsolutePower = Math.Pow(10.0, (-70.0 + 0.691) / 10.0);

    /// <summary>BS.1770-5, Annex 1, equation 2; −∞ for 0.</summary>
    public static double Lufs(double power) => -0.691 + (10.0 * Math.Log10(power));

    /// <summary>Mean power of the blocks above −70 LUFS and above 10 LU below the mean of those. BS.1770-5, Annex 1, equations 5 to 7.</summary>
    /// <returns>LUFS; −∞ where no block survives.</returns>
    public static double Integrated(ReadOnlySpan<double> blockPowers) =>
        Lufs(MeanAbove(blockPowers, Math.Max(AbsolutePower, MeanAbove(blockPowers, AbsolutePower) * 0.1)));

    /// <summary>From the 10th to the 95th percentile of the short-term loudness not below −70 LUFS nor below 20 LU under their mean. EBU Tech 3342.</summary>
    /// <returns>LU; 0 where no window survives.</returns>
    public static double Range(ReadOnlySpan<double> windowPowers)
    {
        double gate = Math.Max(AbsolutePower, MeanAbove(windowPowers, Math.BitDecrement(AbsolutePower)) * 0.01);
        var kept = new List<double>(windowPowers.Length);
        foreach (double power in windowPowers)
        {
            if (power >= gate) kept.Add(power);
        }

        if (kept.Count == 0) return 0.0;
        kept.Sort();
        ReadOnlySpan<double> sorted = CollectionsMarshal.AsSpan(kept);
        return Lufs(Percentile(sorted, 0.95)) - Lufs(Percentile(sorted, 0.10));
    }

    static double Percentile(ReadOnlySpan<double> sorted, double share) =>
        sorted[(int)Math.Round((sorted.Length - 1) * share, MidpointRounding.AwayFromZero)];

    static double MeanAbove(ReadOnlySpan<double> powers, double gate)
    {
        double sum = 0.0;
        int count = 0;
        foreach (double power in powers)
        {
            if (power <= gate) continue;
            sum += power;
            count++;
        }

        return count == 0 ? 0.0 : sum / count;
    }
}
