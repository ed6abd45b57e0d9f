namespace DgxMusic.Dsp.Alignment;

/// <summary>Goes on with a part of a signal, again and again, each pass growing out of the one before.</summary>
/// <param name="Start">Frame at which each further pass begins.</param>
/// <param name="Period">Frames from pass to pass; not whole where a tempo's beat is not.</param>
/// <param name="Overlap">Frames in which a pass and the next sound together.</param>
/// <param name="Correlation">How alike they are there.</param>
readonly record struct SeamlessRepeat(int Start, double Period, int Overlap, double Correlation)
{
    const double LongestOverlapSeconds = 0.05, SearchSeconds = 0.01;

    /// <summary>The whole signal from its start; seams lie where its end resembles its start most, at most 20 ms before the last place possible.</summary>
    public static SeamlessRepeat Loop(AudioBuffer source)
    {
        int overlap = OverlapOf(source.Frames, source.SampleRateHz);
        int latest = source.Frames - overlap, reach = 2 * Math.Min(Reach(source), source.Frames / 16);
        (int period, double correlation) = new SeamSearch(overlap, reach).Best(source, 0, latest - reach, latest, latest - (reach / 2));
        return new(0, period, overlap, correlation);
    }

    /// <summary>As many whole beats as the signal has; null if it has not one.</summary>
    /// <param name="beatFrames">Frames a beat; need not be whole.</param>
    public static SeamlessRepeat? Beats(AudioBuffer source, double beatFrames)
    {
        int overlap = OverlapOf(source.Frames, source.SampleRateHz);
        double beats = Math.Floor((source.Frames - overlap - 1) / beatFrames);
        if (beats < 1.0) return null;
        int seam = (int)Math.Round(beats * beatFrames);
        return new(0, beats * beatFrames, overlap, new SeamSearch(overlap, range: 0).Best(source, 0, seam, seam, seam).Correlation);
    }

    /// <summary>
    /// The last part of the signal: 30 % of the gap, at most 2 s, and a quarter of the signal where that were half of it or more; null for no frame.
    /// </summary>
    public static SeamlessRepeat? Tail(AudioBuffer source, long gap)
    {
        long wanted = Math.Min((long)Math.Round(0.3 * gap), 2L * source.SampleRateHz);
        int segment = (int)(2 * wanted >= source.Frames ? source.Frames / 4 : wanted);
        if (segment == 0) return null;
        int overlap = OverlapOf(segment, source.SampleRateHz), end = source.Frames - overlap, nominal = source.Frames - segment;
        int reach = Math.Min(Reach(source), segment / 8);
        (int start, double correlation) = new SeamSearch(overlap, 2 * reach).Best(source, end, nominal - reach, nominal + reach, nominal);
        return new(start, end - start, overlap, correlation);
    }

    /// <summary>Writes the signal, then pass after pass, until the output is full.</summary>
    /// <param name="source">One channel.</param>
    public void Fill(ReadOnlySpan<float> source, Span<float> output)
    {
        source[..Math.Min(source.Length, output.Length)].CopyTo(output);
        long before = Start;
        for (int pass = 1; ; pass++)
        {
            long at = Start + (long)Math.Round(pass * Period), next = Start + (long)Math.Round((pass + 1) * Period);
            if (at >= output.Length) return;
            Span<float> here = output[(int)at..];
            int fading = Math.Min(Overlap, here.Length), whole = (int)Math.Min(next + Overlap - at, here.Length);
            Crossfade.Mix(source[(int)(Start + at - before)..], source[Start..], here[..fading], Overlap, Correlation);
            if (whole > fading) source.Slice(Start + fading, whole - fading).CopyTo(here[fading..]);
            before = at;
        }
    }

    static int OverlapOf(int frames, int rate) => (int)Math.Min(Math.Round(LongestOverlapSeconds * rate), frames / 4);

    static int Reach(AudioBuffer source) => (int)Math.Round(SearchSeconds * source.SampleRateHz);
}
