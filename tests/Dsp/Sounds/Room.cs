namespace DgxMusic.Dsp.Tests.Sounds;

/// <summary>What a room and a tape do to a recording.</summary>
static class Room
{
    /// <summary>Adds the sum of four decaying echoes: Schroeder, Natural sounding artificial reverberation, JAES 10(3), 1962.</summary>
    internal static void Reverberate(float[] track, int rateHz, double wet, double seconds)
    {
        float[] dry = [.. track];
        foreach (double delaySeconds in (double[])[0.0297, 0.0371, 0.0411, 0.0437])
        {
            float[] comb = [.. dry];
            int delay = (int)(delaySeconds * rateHz);
            float fed = (float)Math.Pow(10, -3 * delaySeconds / seconds), share = (float)(wet / 4);
            for (int n = delay; n < comb.Length; n++)
            {
                comb[n] += fed * comb[n - delay];
                track[n] += share * comb[n - delay];
            }
        }
    }

    /// <summary>Adds noise that falls by about 3 dB an octave.</summary>
    internal static void Hiss(float[] track, double gain, Dice dice)
    {
        double slow = 0, slower = 0;
        for (int n = 0; n < track.Length; n++)
        {
            double white = dice.Between(-1, 1);
            slow += 0.2 * (white - slow);
            slower += 0.02 * (white - slower);
            track[n] += (float)(gain * ((0.3 * white) + (0.6 * slow) + (1.2 * slower)));
        }
    }

    /// <summary>Scales so that the largest sample is ±0.8.</summary>
    internal static void Level(float[] track)
    {
        float largest = track.Max(Math.Abs);
        for (int n = 0; n < track.Length && largest > 0; n++) track[n] *= 0.8f / largest;
    }
}
