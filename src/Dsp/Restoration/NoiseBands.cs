namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// What of the bins' floors is broadband noise. Noise lies about as high in each bin of a band; tones stand out of a few, however steady they are.
/// So a band's floor is that of its quieter bins, and none where those differ too much among themselves.
/// </summary>
sealed class NoiseBands
{
    // A band has room for some partials between which its quieter bins show.
    const int FewestBins = 24;
    const double Octave = 1.26;   // a third

    // Ratio of the bins a fifth and a half of the way up: of white noise 0.73 and more; of composed music 0.1 to 0.5, in its densest quarter 0.6.
    const double Tonal = 0.6, Broad = 0.75;

    readonly int[] edges;
    readonly double[] sorted, levels, centres;

    public NoiseBands(int bins)
    {
        var found = new List<int> { 1 };
        while (found[^1] < bins) found.Add(Math.Max(found[^1] + FewestBins, (int)(found[^1] * Octave)));
        if (found.Count > 2 && bins - found[^2] < FewestBins) found.RemoveAt(found.Count - 2);
        found[^1] = bins;
        edges = [.. found];
        sorted = new double[bins];
        levels = new double[edges.Length - 1];
        centres = [.. levels.Select((_, band) => 0.5 * (edges[band] + edges[band + 1] - 1))];
    }

    /// <param name="floors">Power that each bin falls back to.</param>
    /// <param name="noise">Power of the noise in each bin of a window <paramref name="times"/> as short: the bands' floors, joined by straight lines.</param>
    public void Find(ReadOnlySpan<double> floors, int times, Span<float> noise)
    {
        for (int band = 0; band < levels.Length; band++) levels[band] = LevelOf(floors[edges[band]..edges[band + 1]]);
        int next = 0;
        for (int bin = 0; bin < noise.Length; bin++)
        {
            double place = (double)bin * times;
            while (next < centres.Length && centres[next] <= place) next++;
            double level = next == 0 ? levels[0] : levels[next - 1];
            if (next > 0 && next < centres.Length) level += (levels[next] - level) * (place - centres[next - 1]) / (centres[next] - centres[next - 1]);
            noise[bin] = (float)(level / times);   // a bin's power goes by Σ w²
        }
    }

    double LevelOf(ReadOnlySpan<double> floors)
    {
        Span<double> band = sorted.AsSpan(0, floors.Length);
        floors.CopyTo(band);
        band.Sort();
        double fifth = band[band.Length / 5], half = band[band.Length / 2];
        if (half <= 0) return 0;
        return half * Math.Clamp(((fifth / half) - Tonal) / (Broad - Tonal), 0.0, 1.0);
    }
}
