using System.Numerics;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// Finds peaks between samples. Looks on grids of 2, 4, 8 and 16 points a sample, each only where it can matter: around its largest
/// magnitude M, a signal band-limited to half the rate stays above M cos(π d) at a distance of d samples (Duffin and Schaeffer, 1938).
/// So a grid of halves shows at least cos(π/4) of M, a grid of quarters cos(π/8); what shows less hides nothing.
/// </summary>
sealed class PeakScanner
{
    /// <summary>Frames looked at together: few enough to be passed over often, enough to fill vectors.</summary>
    public const int ChunkFrames = 64;

    /// <summary>Samples that a search reads: the chunk, and <see cref="Interpolator.Reach"/> more to each side.</summary>
    public const int WindowFrames = ChunkFrames + (2 * Interpolator.Reach);

    // The cosines, less 1 % for the interpolator, whose band does not end at exactly half the rate.
    const double OnHalves = 0.700, OnQuarters = 0.914, OnEighths = 0.971;

    readonly float[] halves = new float[ChunkFrames], firsts = new float[ChunkFrames], thirds = new float[ChunkFrames];
    readonly float[] grid = new float[4 * ChunkFrames];

    /// <summary>The largest magnitude in the chunk or just behind it, or <paramref name="known"/> if nothing exceeds that.</summary>
    /// <param name="window"><see cref="WindowFrames"/> samples; linear amplitude.</param>
    /// <param name="known">Linear amplitude.</param>
    public double Largest(ReadOnlySpan<float> window, double known)
    {
        double largest = Math.Max(known, LargestSample(window.Slice(Interpolator.Reach, ChunkFrames)));
        if (!LooksAbove(window, largest)) return largest;
        for (int point = 0; point < grid.Length; point++)
        {
            if (grid[point] >= OnQuarters * largest && IsLocalPeak(point)) largest = Math.Max(largest, Refine(window, point, largest).Magnitude);
        }

        return largest;
    }

    /// <summary>Where the chunk exceeds <paramref name="ceiling"/>, the largest magnitude within one sample of each frame.</summary>
    /// <param name="window"><see cref="WindowFrames"/> samples; linear amplitude.</param>
    /// <param name="envelope">One more than <see cref="ChunkFrames"/>: a peak behind the last frame concerns the first of the next chunk too. Raised, never lowered.</param>
    public void Envelope(ReadOnlySpan<float> window, double ceiling, Span<float> envelope)
    {
        if (!LooksAbove(window, ceiling)) return;
        for (int point = 0; point < grid.Length; point++)
        {
            Raise(envelope, 4 * point, grid[point]);
            if (grid[point] < OnQuarters * ceiling || !IsLocalPeak(point)) continue;
            (int sixteenths, double magnitude) = Refine(window, point, ceiling);
            Raise(envelope, sixteenths, (float)magnitude);
        }
    }

    public static float LargestSample(ReadOnlySpan<float> samples)
    {
        int i = 0;
        float largest = 0f;
        if (Vector.IsHardwareAccelerated)
        {
            Vector<float> lanes = Vector<float>.Zero;
            for (; i <= samples.Length - Vector<float>.Count; i += Vector<float>.Count) lanes = Vector.Max(lanes, Vector.Abs(new Vector<float>(samples[i..])));
            for (int lane = 0; lane < Vector<float>.Count; lane++) largest = Math.Max(largest, lanes[lane]);
        }

        for (; i < samples.Length; i++) largest = Math.Max(largest, Math.Abs(samples[i]));
        return largest;
    }

    static void Raise(Span<float> envelope, int sixteenths, float magnitude)
    {
        int frame = sixteenths >> 4;
        if (frame >= 0) envelope[frame] = Math.Max(envelope[frame], magnitude);
        if ((sixteenths & 15) != 0) envelope[frame + 1] = Math.Max(envelope[frame + 1], magnitude);
    }

    /// <summary>Whether the chunk may exceed <paramref name="level"/>; if so, the grid of quarters is filled.</summary>
    bool LooksAbove(ReadOnlySpan<float> window, double level)
    {
        ReadOnlySpan<float> chunk = window.Slice(Interpolator.Reach, ChunkFrames);
        float largest = Math.Max(LargestSample(chunk), Interpolator.Halves(window[1..], halves));
        if (largest < OnHalves * level || largest == 0f) return false;
        largest = Math.Max(largest, Interpolator.Quarters(window[1..], firsts, thirds));
        if (largest < OnQuarters * level) return false;
        for (int i = 0; i < ChunkFrames; i++)
        {
            (grid[4 * i], grid[(4 * i) + 1], grid[(4 * i) + 2], grid[(4 * i) + 3]) = (Math.Abs(chunk[i]), firsts[i], halves[i], thirds[i]);
        }

        return true;
    }

    /// <summary>Beyond the chunk's ends nothing is known, so its first and last points count as peaks.</summary>
    bool IsLocalPeak(int point) =>
        (point == 0 || grid[point] >= grid[point - 1]) && (point == grid.Length - 1 || grid[point] >= grid[point + 1]);

    /// <summary>Climbs from a point of the grid to the nearest maximum.</summary>
    /// <param name="ofInterest">Gives up once the peak cannot exceed this.</param>
    static (int Sixteenths, double Magnitude) Refine(ReadOnlySpan<float> window, int point, double ofInterest)
    {
        int at = 4 * point;
        double top = Math.Abs(Value(window, at));
        Climb(window, 2, ref at, ref top);
        if (top < OnEighths * ofInterest) return (at, top);
        (double before, double after) = Climb(window, 1, ref at, ref top);

        // A parabola through the last three points; at sixteenths its error is below 0.001 dB.
        double bend = (2.0 * top) - before - after;
        double slope = after - before;
        return top >= before && top >= after && bend > 0.0 ? (at, top + (slope * slope / (8.0 * bend))) : (at, top);
    }

    /// <summary>Moves to the larger neighbour, if it is larger.</summary>
    /// <returns>Magnitudes of the neighbours of the point where it ends.</returns>
    static (double Before, double After) Climb(ReadOnlySpan<float> window, int sixteenths, ref int at, ref double top)
    {
        double before = Math.Abs(Value(window, at - sixteenths));
        double after = Math.Abs(Value(window, at + sixteenths));
        if (before > top && before >= after)
        {
            (at, after, top) = (at - sixteenths, top, before);
            before = Math.Abs(Value(window, at - sixteenths));
        }
        else if (after > top)
        {
            (at, before, top) = (at + sixteenths, top, after);
            after = Math.Abs(Value(window, at + sixteenths));
        }

        return (before, after);
    }

    /// <summary>The signal at sixteenths of a sample from the chunk's first frame, −16 to 16 times the chunk.</summary>
    static double Value(ReadOnlySpan<float> window, int sixteenths)
    {
        int frame = sixteenths >> 4;
        int phase = sixteenths & 15;
        return phase == 0 ? window[Interpolator.Reach + frame] : Interpolator.At(window[(frame + 1)..], phase);
    }
}
