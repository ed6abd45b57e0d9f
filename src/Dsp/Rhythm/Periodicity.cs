namespace DgxMusic.Dsp.Rhythm;

/// <summary>How well tempi explain when onsets return.</summary>
sealed class Periodicity
{
    /// <summary>Beats ahead that are looked at.</summary>
    internal const int Multiples = 4;

    // Two beats on, a bar of two or half a bar; three beats on says least.
    static readonly double[] multipleWeights = [1, 0.8, 0.5, 0.7];

    readonly double[] weights;
    readonly Autocorrelation[] groups;

    /// <param name="weights">Of the groups.</param>
    /// <param name="longestLag">Frames.</param>
    internal Periodicity(OnsetEnvelopes onsets, double[] weights, int longestLag)
    {
        var correlator = new Autocorrelation.Correlator(onsets.Frames, longestLag);
        this.weights = weights;
        groups = [.. Enumerable.Range(0, OnsetEnvelopes.Groups).Select(group => correlator.Of(onsets[group]))];
    }

    /// <summary>Weighted mean of the likeness one to four beats later; multiples that the music is too short for do not count.</summary>
    /// <param name="period">Frames from beat to beat.</param>
    internal double Score(double period)
    {
        double sum = 0, total = 0;
        for (int k = 1; k <= Multiples && k * period < groups[0].LongestLag; k++)
        {
            sum += multipleWeights[k - 1] * At(k * period);
            total += multipleWeights[k - 1];
        }

        return total == 0 ? 0 : sum / total;
    }

    /// <summary>Likeness after a lag in frames, the groups weighted.</summary>
    internal double At(double lag)
    {
        double sum = 0;
        for (int group = 0; group < groups.Length; group++) sum += weights[group] * groups[group].At(lag);
        return sum;
    }
}
