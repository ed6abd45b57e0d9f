namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// Turns the gain that each frame allows into one that moves smoothly and never exceeds it: the minimum over the coming
/// <see cref="LookAheadFrames"/>, an exponential release, two running means. In whole numbers, so that the means are exact for ever:
/// a gain of one stays exactly one.
/// </summary>
sealed class GainSmoother
{
    const long One = 1L << 40;   // times 960² of the longest means: below 2⁶⁰

    readonly double releaseShare, scale;
    readonly long[] minima, minimaFrames, first, second;
    int minimaStart, minimaCount, place;
    long frame, held = One, firstSum, secondSum, atRest;

    /// <param name="meanFrames">Frames in each of the two means; the look-ahead is twice that, less 2.</param>
    /// <param name="releaseFrames">Frames in which 1 − 1/e of the way back to 1 is done.</param>
    public GainSmoother(int meanFrames, double releaseFrames)
    {
        (first, second) = (new long[meanFrames], new long[meanFrames]);
        (minima, minimaFrames) = (new long[WindowFrames], new long[WindowFrames]);
        releaseShare = -Math.Exp(-1.0 / releaseFrames) + 1.0;
        scale = 1.0 / ((double)One * meanFrames * meanFrames);
    }

    /// <summary>Frames between one that is pushed and the one whose gain comes back.</summary>
    public int LookAheadFrames => (2 * first.Length) - 2;

    int WindowFrames => LookAheadFrames + 1;

    /// <returns>The gain of the frame pushed <see cref="LookAheadFrames"/> earlier; until there is one, without meaning.</returns>
    public double Push(double allowed)
    {
        frame++;
        if (allowed >= 1.0 && atRest > 2 * WindowFrames) return 1.0;
        long least = Least((long)(Math.Min(allowed, 1.0) * One));
        long released = Math.Min(One, held + (long)((One - held) * releaseShare) + 1);
        held = Math.Min(least, released);
        atRest = held == One ? atRest + 1 : 0;

        // The sums of both rings, brought up to date by what enters and what leaves.
        firstSum += held - first[place];
        first[place] = held;
        secondSum += firstSum - second[place];
        second[place] = firstSum;
        place = place + 1 == first.Length ? 0 : place + 1;
        return secondSum * scale;
    }

    /// <summary>The least of the last <see cref="WindowFrames"/> values: a queue that keeps only what may still become the minimum.</summary>
    long Least(long value)
    {
        while (minimaCount > 0 && minima[Slot(minimaCount - 1)] >= value) minimaCount--;
        if (minimaCount > 0 && minimaFrames[minimaStart] <= frame - WindowFrames)
        {
            minimaStart = Slot(1);
            minimaCount--;
        }

        (minima[Slot(minimaCount)], minimaFrames[Slot(minimaCount)]) = (value, frame);
        minimaCount++;
        return minima[minimaStart];
    }

    int Slot(int offset)
    {
        int slot = minimaStart + offset;
        return slot < minima.Length ? slot : slot - minima.Length;
    }
}
