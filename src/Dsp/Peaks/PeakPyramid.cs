namespace DgxMusic.Dsp.Peaks;

/// <summary>
/// Waveform of one signal at every zoom: bins of 256 frames, of 1024, and so on by four, up to one that holds all.
/// A query of any range reads at most six bins a level and, with the samples at hand, fewer than 512 of them.
/// </summary>
public sealed class PeakPyramid
{
    /// <summary>Frames of a bin on the finest level.</summary>
    public const int FinestFrames = 256;

    /// <summary>Bins that make one of the next level.</summary>
    public const int Factor = 4;

    // By channel, then by level from the finest. The last bin of a level may hold fewer frames than the others.
    readonly PeakBin[][][] bins;

    internal PeakPyramid(int sampleRateHz, int frames, PeakBin[][][] bins) => (SampleRateHz, Frames, this.bins) = (sampleRateHz, frames, bins);

    public int SampleRateHz { get; }

    public int Frames { get; }

    public int Channels => bins.Length;

    /// <summary>0 for an empty signal, else at least 1.</summary>
    public int Levels => bins[0].Length;

    /// <summary>Frames of a whole bin of a level, the finest being 0.</summary>
    public static long FramesOf(int level) => (long)FinestFrames << (2 * level);

    public static PeakPyramid Of(AudioBuffer audio)
    {
        var builder = new PeakPyramidBuilder(audio.SampleRateHz, audio.Channels);
        builder.Add(audio);
        return builder.Build();
    }

    /// <summary>All bins of a level, the finest being 0.</summary>
    public ReadOnlySpan<PeakBin> Level(int channel, int level) => bins[channel][level];

    /// <summary>Frames <paramref name="from"/> to <paramref name="to"/> (excluded), exactly.</summary>
    /// <param name="samples">The channel's samples, all of them; read at the range's ragged ends only.</param>
    public PeakBin Query(int channel, int from, int to, ReadOnlySpan<float> samples)
    {
        RequireRange(from, to);
        if (samples.Length != Frames) throw new ArgumentException($"Expected the {Frames} samples of the channel, got {samples.Length}.", nameof(samples));
        int first = (int)(((long)from + FinestFrames - 1) / FinestFrames), last = to == Frames ? Bins(0) : to / FinestFrames;
        if (first >= last) return PeakKernel.Of(samples[from..to]);
        PeakBin whole = Combine(channel, first, last), start = PeakKernel.Of(samples[from..(first * FinestFrames)]);
        return start.With(whole).With(to == Frames ? default : PeakKernel.Of(samples[(last * FinestFrames)..to]));
    }

    /// <summary>As the other, without samples: the range grows to whole bins of <see cref="FinestFrames"/>, so it never misses a peak.</summary>
    public PeakBin Query(int channel, int from, int to)
    {
        RequireRange(from, to);
        return from == to ? default : Combine(channel, from / FinestFrames, ((to - 1) / FinestFrames) + 1);
    }

    /// <summary>A picture: a range in equal columns, column k from frame from + ⌊k (to − from) / n⌋ to where the next begins.</summary>
    /// <param name="columns">n of them, filled; one narrower than a frame shows the frame it lies in.</param>
    /// <param name="samples">The channel's samples, for exact columns; empty for columns of whole bins.</param>
    public void Draw(int channel, int from, int to, Span<PeakBin> columns, ReadOnlySpan<float> samples = default)
    {
        RequireRange(from, to);
        for (int k = 0; k < columns.Length; k++)
        {
            int start = Edge(k, columns.Length), end = Edge(k + 1, columns.Length);
            if (end == start && end < to) end++;
            columns[k] = samples.IsEmpty ? Query(channel, start, end) : Query(channel, start, end, samples);
        }

        int Edge(int column, int count) => from + (int)((long)column * (to - from) / count);
    }

    int Bins(int level) => bins[0].Length == 0 ? 0 : bins[0][level].Length;

    /// <summary>Bins of the finest level, the coarsest possible in their place: up while ragged at the start, then down.</summary>
    PeakBin Combine(int channel, int first, int last)
    {
        PeakBin left = default, right = default;
        for (int level = 0; first < last; level++)
        {
            PeakBin[] here = bins[channel][level];
            bool top = level == Levels - 1;
            while (first < last && (top || first % Factor != 0)) left = left.With(here[first++]);

            // The level's last bins make a whole one of the next, however few they are.
            while (first < last && last % Factor != 0 && last != here.Length) right = here[--last].With(right);
            if (first >= last) break;
            (first, last) = (first / Factor, (last + Factor - 1) / Factor);
        }

        return left.With(right);
    }

    void RequireRange(int from, int to)
    {
        if (from < 0 || to < from || to > Frames) throw new ArgumentOutOfRangeException(nameof(to), $"Frames {from} to {to} are not within 0 to {Frames}.");
    }
}
