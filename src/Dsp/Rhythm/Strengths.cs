namespace DgxMusic.Dsp.Rhythm;

/// <summary>What a listener could count by, 100 times a second: onsets in four ranges of pitch, all of them, and how far the harmony moves.</summary>
static class Strengths
{
    internal const int Kinds = OnsetEnvelopes.Groups + 1;
    internal const int Harmony = OnsetEnvelopes.Groups;

    // A stroke counts for a beat within ±20 ms.
    const int Reach = 2;

    internal static double[][] Of(OnsetEnvelopes onsets, double[] harmony) =>
        [.. Enumerable.Range(0, Kinds).Select(kind => Widen(kind == Harmony ? harmony : onsets[kind]))];

    static double[] Widen(ReadOnlySpan<double> envelope)
    {
        double[] widened = new double[envelope.Length];
        for (int t = 0; t < widened.Length; t++)
        {
            for (int i = Math.Max(0, t - Reach); i <= Math.Min(widened.Length - 1, t + Reach); i++) widened[t] = Math.Max(widened[t], envelope[i]);
        }

        return widened;
    }
}
