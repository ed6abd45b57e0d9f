namespace DgxMusic.Dsp.Tonality;

/// <summary>How well each pitch class fits a key, from its tonic upwards: the probe-tone ratings of Krumhansl and Kessler, Psychological Review 89 (1982).</summary>
static class KeyProfiles
{
    internal static readonly double[] Major = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
    internal static readonly double[] Minor = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
}
