using System.Numerics;
using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Loudness;

/// <summary>
/// Finds peaks between samples. Looks on grids of halves, quarters and sixteenths of a sample, each only where it can matter: around its
/// largest magnitude M, a signal band-limited to half the rate stays above M cos(π d) at a distance of d samples (Duffin and Schaeffer,
/// 1938). So halves show at least cos(π/4) of M, quarters cos(π/8); what shows less hides nothing.
/// </summary>
sealed class PeakScanner
{
    /// <summary>Frames looked at together: few enough to be passed over often, enough to fill vectors.</summary>
    public const int ChunkFrames = 64;

    /// <summary>Samples that a search reads: the chunk, and <see cref="Interpolator.Reach"/> more to each side.</summary>
    public const int WindowFrames = ChunkFrames + (2 * Interpolator.Reach);

    const int Points = 4 * ChunkFrames;

    // What lies between samples exceeds the larger of them by at most an eighth of the second difference where the signal is slow, and by a
    // quarter of it for a tone at half the rate. Second differences see the chunk and so much to each side that no beat of a fast tone hides in it.
    const double LargestRise = 0.25, SmoothBend = 0.05;
    const int Margin = 16;

    // The cosines, less 1 % for the interpolator, whose band does not end at exactly half the rate.
    const double OnHalves = 0.700, OnQuarters = 0.914;

    // A parabola through three points of a cosine falls short of its crest by 0.024 κ², κ = (2 b − a − c) / b, wherever the points lie.
    // Twice that bounds what other signals hide; below κ = 0.05, a tone at 0.14 of the rate, that is 0.001 dB (0.007 dB met in white noise).
    // Peaks that exceed the largest so far by less than 0.0005 dB are not told apart from it.
    const double Inaudible = 1.00006;

    const double Shortfall = 0.024, WorstShortfall = 0.05, GentleBend = 0.05;

    readonly float[] halves = new float[ChunkFrames], firsts = new float[ChunkFrames], thirds = new float[ChunkFrames];

    // Point p, a quarter of a sample each, lies at p + 1: a zero on both sides lets the first and the last count as peaks.
    readonly float[] grid = new float[Points + 2];

    /// <summary>The largest magnitude in the chunk or just behind it, or <paramref name="known"/> if nothing exceeds that.</summary>
    /// <param name="window"><see cref="WindowFrames"/> samples; linear amplitude.</param>
    /// <param name="known">Linear amplitude.</param>
    public double Largest(ReadOnlySpan<float> window, double known)
    {
        double largest = Math.Max(known, LargestSample(window.Slice(Interpolator.Reach, ChunkFrames)));
        if (CannotExceed(window, largest) || !LooksAbove(window, largest)) return largest;
        for (int point = NextPeak(0, OnQuarters * largest); point < Points; point = NextPeak(point + 1, OnQuarters * largest))
        {
            largest = Math.Max(largest, Crest(window, point, largest).Magnitude);
        }

        return largest;
    }

    /// <summary>Where the chunk exceeds <paramref name="ceiling"/>, the largest magnitude within one sample of each frame.</summary>
    /// <param name="window"><see cref="WindowFrames"/> samples; linear amplitude.</param>
    /// <param name="envelope">One more than <see cref="ChunkFrames"/>: a peak behind the last frame concerns the first of the next chunk too. Raised, never lowered.</param>
    public void Envelope(ReadOnlySpan<float> window, double ceiling, Span<float> envelope)
    {
        if (!LooksAbove(window, ceiling)) return;
        for (int frame = 0; frame < ChunkFrames; frame++)
        {
            float between = Math.Max(firsts[frame], Math.Max(halves[frame], thirds[frame]));
            envelope[frame] = Math.Max(envelope[frame], Math.Max(grid[(4 * frame) + 1], between));
            envelope[frame + 1] = Math.Max(envelope[frame + 1], between);
        }

        for (int point = NextPeak(0, OnQuarters * ceiling); point < Points; point = NextPeak(point + 1, OnQuarters * ceiling))
        {
            (int sixteenths, double magnitude) = Crest(window, point, ceiling);
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

    /// <summary>True where the samples alone tell that nothing between them exceeds <paramref name="level"/> by as much as counts.</summary>
    static bool CannotExceed(ReadOnlySpan<float> window, double level)
    {
        float bend = LargestBend(window.Slice(Interpolator.Reach - Margin, ChunkFrames + (2 * Margin)));
        ReadOnlySpan<float> around = window.Slice(Interpolator.Reach - 1, ChunkFrames + 3);
        float least = (float)(level - (LargestRise * bend));
        if (LargestSample(around) <= least) return true;
        if (bend > SmoothBend * level) return false;
        // A slow tone near its crest, as in every chunk of a steady one.
        for (int i = 1; i < around.Length - 1; i++)
        {
            float middle = Math.Abs(around[i]);
            if (middle <= least) continue;
            (double crest, _, double ratio) = Parabola(Math.Abs(around[i - 1]), middle, Math.Abs(around[i + 1]));
            if (crest * (1.0 + (WorstShortfall * ratio * ratio)) > level * Inaudible) return false;
        }

        return true;
    }

    /// <summary>The largest second difference.</summary>
    static float LargestBend(ReadOnlySpan<float> samples)
    {
        int i = 1;
        float largest = 0f;
        if (Vector.IsHardwareAccelerated)
        {
            Vector<float> lanes = Vector<float>.Zero;
            for (; i < samples.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                var middle = new Vector<float>(samples[i..]);
                lanes = Vector.Max(lanes, Vector.Abs((new Vector<float>(samples[(i - 1)..]) + new Vector<float>(samples[(i + 1)..])) - (middle + middle)));
            }

            for (int lane = 0; lane < Vector<float>.Count; lane++) largest = Math.Max(largest, lanes[lane]);
        }

        for (; i < samples.Length - 1; i++) largest = Math.Max(largest, Math.Abs((samples[i - 1] + samples[i + 1]) - (samples[i] + samples[i])));
        return largest;
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
            Vector128.Create(Math.Abs(chunk[i]), firsts[i], halves[i], thirds[i]).CopyTo(grid, (4 * i) + 1);
        }

        return true;
    }

    /// <summary>The first point from <paramref name="point"/> on that is no smaller than its neighbours and the threshold; <see cref="Points"/> if none is.</summary>
    int NextPeak(int point, double threshold)
    {
        var least = new Vector<float>((float)threshold);
        while (point < Points)
        {
            if (Vector.IsHardwareAccelerated && point <= Points - Vector<float>.Count)
            {
                // Most groups hold none and are passed over as one.
                var group = new Vector<float>(grid, point + 1);
                Vector<int> peaks = Vector.GreaterThanOrEqual(group, least)
                    & Vector.GreaterThanOrEqual(group, new Vector<float>(grid, point)) & Vector.GreaterThanOrEqual(group, new Vector<float>(grid, point + 2));
                if (peaks == Vector<int>.Zero)
                {
                    point += Vector<float>.Count;
                    continue;
                }
            }

            if (grid[point + 1] >= (float)threshold && grid[point + 1] >= grid[point] && grid[point + 1] >= grid[point + 2]) return point;
            point++;
        }

        return Points;
    }

    /// <summary>The crest next to a point of the grid.</summary>
    /// <param name="ofInterest">Where the crest cannot exceed this, the point itself comes back.</param>
    (int Sixteenths, double Magnitude) Crest(ReadOnlySpan<float> window, int point, double ofInterest)
    {
        int at = 4 * point;
        double before = point > 0 ? grid[point] : Magnitude(window, at - 4);
        double top = grid[point + 1];
        double after = point < Points - 1 ? grid[point + 2] : Magnitude(window, at + 4);
        (double crest, double place, double bend) = Parabola(before, top, after);
        if (crest * (1.0 + (WorstShortfall * bend * bend)) <= ofInterest) return (at, top);
        at += (int)Math.Round(4.0 * place);
        if (bend < GentleBend) return (at, crest * (1.0 + (Shortfall * bend * bend)));
        return Climb(window, at);
    }

    /// <summary>From a sixteenth near a crest up to it, by at most three; crooked crests lie a little beside their parabola.</summary>
    static (int Sixteenths, double Magnitude) Climb(ReadOnlySpan<float> window, int at)
    {
        (double before, double middle, double after) = (Magnitude(window, at - 1), Magnitude(window, at), Magnitude(window, at + 1));
        for (int step = 0; step < 3 && at < (16 * ChunkFrames) - 1; step++)
        {
            if (before > middle && before > after) (at, middle, after, before) = (at - 1, before, middle, Magnitude(window, at - 2));
            else if (after > middle) (at, before, middle, after) = (at + 1, middle, after, Magnitude(window, at + 2));
            else break;
        }

        return (at, Parabola(before, middle, after).Crest);
    }

    /// <summary>Crest of the parabola through three magnitudes, its place from the middle one in steps, and its bend κ.</summary>
    /// <remarks>Where the middle one is not the largest there is no crest to speak of, and the largest stands for it.</remarks>
    static (double Crest, double Place, double Bend) Parabola(double before, double middle, double after)
    {
        double bend = (2.0 * middle) - before - after;
        double slope = after - before;
        return middle >= before && middle >= after && bend > 0.0
            ? (middle + (slope * slope / (8.0 * bend)), slope / (2.0 * bend), bend / middle)
            : (Math.Max(middle, Math.Max(before, after)), 0.0, 0.0);
    }

    /// <summary>The signal at sixteenths of a sample from the chunk's first frame, −16 to 16 times the chunk.</summary>
    static double Magnitude(ReadOnlySpan<float> window, int sixteenths)
    {
        int frame = sixteenths >> 4;
        int phase = sixteenths & 15;
        return Math.Abs(phase == 0 ? window[Interpolator.Reach + frame] : Interpolator.At(window[(frame + 1)..], phase));
    }
}
