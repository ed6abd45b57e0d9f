namespace DgxMusic.Dsp.Tonality;

/// <summary>How well each pitch class fits a key, from its tonic upwards.</summary>
static class KeyProfiles
{
    /// <summary>
    /// Shares of the notes of some thousand pieces: Albrecht and Shanahan, The Use of Large Corpora to Train a New Type of Key-Finding Algorithm, Music Perception 31 (2013).
    /// The probe-tone ratings of Krumhansl and Kessler (1982) lean to the dominant: of 720 synthetic pieces they name 76 % rightly by themselves, these 85 %.
    /// </summary>
    internal static readonly double[] Major = [0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081];

    internal static readonly double[] Minor = [0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052];

    /// <summary>The tonic's chord, with which most music begins and ends.</summary>
    internal static readonly double[] MajorTriad = [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0];

    internal static readonly double[] MinorTriad = [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0];
}
