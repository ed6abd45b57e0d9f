namespace DgxMusic.Dsp.Rhythm;

/// <summary>
/// How strongly something begins, 100 times a second, in four ranges of pitch and in all of them together.
/// Spectral flux against the loudest neighbouring band two frames earlier, so that vibrato is no onset: Böck and Widmer, DAFx 2013.
/// </summary>
sealed class OnsetEnvelopes
{
    internal const int FramesPerSecond = 100;
    internal const int Groups = 5;
    const float Compression = 1000;
    const double SilentPart = 0.001;
    const int Lag = 2;

    // Kick and bass; snare and chords; voices; cymbals. The last group is the sum of all.
    static readonly double[] UpperHz = [160, 800, 3500, double.PositiveInfinity];

    readonly double[][] groups;

    /// <param name="bands">Frames of <see cref="MelBands.Count"/> magnitudes; compressed in place.</param>
    internal OnsetEnvelopes(FrameStore bands)
    {
        Frames = bands.Count;
        bands.Compress(Compression);
        Sounding = FindSounding(bands);
        groups = [.. Enumerable.Range(0, Groups).Select(_ => new double[Frames])];
        AddFlux(bands);
        double[] sums = new double[Frames + 1];
        foreach (double[] envelope in groups) Normalize(envelope, sums);
    }

    internal int Frames { get; }

    /// <summary>The frames from the first to the last that is not 60 dB below the loudest; beats in between may be silent.</summary>
    internal Range Sounding { get; }

    internal ReadOnlySpan<double> this[int group] => groups[group];

    /// <summary>The groups, weighted and summed.</summary>
    internal double[] Mix(ReadOnlySpan<double> weights)
    {
        double[] sum = new double[Frames];
        for (int group = 0; group < Groups; group++)
        {
            for (int t = 0; t < Frames; t++) sum[t] += weights[group] * groups[group][t];
        }

        return sum;
    }

    static Range FindSounding(FrameStore compressed)
    {
        float least = MathF.Log(1 + (float)(Compression * SilentPart));
        (int first, int end) = (0, compressed.Count);
        while (first < end && !compressed[first].ContainsAnyInRange(least, float.MaxValue)) first++;
        while (end > first && !compressed[end - 1].ContainsAnyInRange(least, float.MaxValue)) end--;
        return first == end ? ..0 : first..end;
    }

    void AddFlux(FrameStore bands)
    {
        const int count = MelBands.Count;
        int[] groupOf = [.. Enumerable.Range(0, count).Select(band => Array.FindIndex(UpperHz, upper => MelBands.CentreHz(band) < upper))];
        Span<float> before = stackalloc float[count];
        for (int t = 0; t < Frames; t++)
        {
            if (t >= Lag) bands[t - Lag].CopyTo(before);
            ReadOnlySpan<float> now = bands[t];
            for (int band = 0; band < count; band++)
            {
                float loudest = Math.Max(before[band], Math.Max(before[Math.Max(band - 1, 0)], before[Math.Min(band + 1, count - 1)]));
                double flux = Math.Max(0, now[band] - loudest);
                groups[groupOf[band]][t] += flux;
                groups[Groups - 1][t] += flux;
            }
        }
    }

    /// <summary>Less the mean of the second around it, not below 0, divided by its standard deviation.</summary>
    /// <param name="sums">Scratch; one longer.</param>
    static void Normalize(double[] envelope, double[] sums)
    {
        for (int t = 0; t < envelope.Length; t++) sums[t + 1] = sums[t] + envelope[t];
        double sum = 0, squares = 0;
        for (int t = 0; t < envelope.Length; t++)
        {
            int from = Math.Max(0, t - (FramesPerSecond / 2)), to = Math.Min(envelope.Length, t + (FramesPerSecond / 2) + 1);
            envelope[t] = Math.Max(0, envelope[t] - ((sums[to] - sums[from]) / (to - from)));
            (sum, squares) = (sum + envelope[t], squares + (envelope[t] * envelope[t]));
        }

        double mean = sum / envelope.Length, deviation = Math.Sqrt(Math.Max(0, (squares / envelope.Length) - (mean * mean)));
        if (deviation <= 1e-6) Array.Clear(envelope);
        else for (int t = 0; t < envelope.Length; t++) envelope[t] /= deviation;
    }
}
