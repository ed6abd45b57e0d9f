using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>
/// How strongly something begins, 100 times a second, in four ranges of pitch and in all of them together.
/// Spectral flux against the loudest neighbouring band two frames earlier, so that vibrato is no onset: Böck and Widmer, DAFx 2013.
/// </summary>
sealed class OnsetEnvelopes
{
    internal const int FramesPerSecond = 100;
    internal const int Groups = 5;
    const double Compression = 1000;
    const double SilentPart = 0.001;
    const int Lag = 2;

    // Kick and bass; snare and chords; voices; cymbals. The last group is the sum of all.
    static readonly double[] UpperHz = [160, 800, 3500, double.PositiveInfinity];

    readonly double[][] groups;

    /// <param name="bands">Frames of <see cref="MelBands.Count"/> magnitudes; compressed in place.</param>
    internal OnsetEnvelopes(Span<float> bands)
    {
        Frames = bands.Length / MelBands.Count;
        Compress(bands);
        Sounding = FindSounding(bands);
        groups = [.. Enumerable.Range(0, Groups).Select(_ => new double[Frames])];
        AddFlux(bands);
        foreach (double[] envelope in groups) Normalize(envelope);
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

    static void Compress(Span<float> bands)
    {
        float largest = bands.IsEmpty ? 0 : TensorPrimitives.Max<float>(bands);
        TensorPrimitives.Multiply(bands, largest > 0 ? (float)(Compression / largest) : 0, bands);
        TensorPrimitives.LogP1<float>(bands, bands);
    }

    static Range FindSounding(ReadOnlySpan<float> compressed)
    {
        float least = MathF.Log(1 + (float)(Compression * SilentPart));
        int first = compressed.IndexOfAnyInRange(least, float.MaxValue), last = compressed.LastIndexOfAnyInRange(least, float.MaxValue);
        return first < 0 ? ..0 : (first / MelBands.Count)..((last / MelBands.Count) + 1);
    }

    void AddFlux(ReadOnlySpan<float> bands)
    {
        const int count = MelBands.Count;
        int[] groupOf = [.. Enumerable.Range(0, count).Select(band => Array.FindIndex(UpperHz, upper => MelBands.CentreHz(band) < upper))];
        Span<float> before = stackalloc float[count];
        for (int t = 0; t < Frames; t++)
        {
            if (t >= Lag) bands.Slice((t - Lag) * count, count).CopyTo(before);
            for (int band = 0; band < count; band++)
            {
                float loudest = Math.Max(before[band], Math.Max(before[Math.Max(band - 1, 0)], before[Math.Min(band + 1, count - 1)]));
                double flux = Math.Max(0, bands[(t * count) + band] - loudest);
                groups[groupOf[band]][t] += flux;
                groups[Groups - 1][t] += flux;
            }
        }
    }

    /// <summary>Less the mean of the second around it, not below 0, divided by its standard deviation.</summary>
    static void Normalize(double[] envelope)
    {
        double[] sums = new double[envelope.Length + 1];
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
