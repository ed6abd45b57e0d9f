using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>Triangular bands, equally wide on the mel scale (O'Shaughnessy 1987: 2595 log₁₀(1 + f/700)) from 30 Hz to 11 kHz, over the bins of a transform.</summary>
sealed class MelBands
{
    internal const int Count = 40;
    const double LowestHz = 30;
    const double HighestHz = 11_000;

    readonly int[] firstBins = new int[Count];
    readonly float[][] weights = new float[Count][];

    internal MelBands(int sampleRateHz, int transformSize)
    {
        double binHz = (double)sampleRateHz / transformSize;
        for (int band = 0; band < Count; band++)
        {
            double low = CentreHz(band - 1), centre = CentreHz(band), high = CentreHz(band + 1);
            int first = (int)Math.Ceiling(low / binHz), last = Math.Min((int)(high / binHz), transformSize / 2);
            firstBins[band] = first;
            weights[band] = [.. Enumerable.Range(first, last - first + 1).Select(bin => (float)Math.Max(0, Math.Min((bin * binHz - low) / (centre - low), (high - (bin * binHz)) / (high - centre))))];
        }
    }

    /// <summary>Where a band weighs 1.</summary>
    internal static double CentreHz(int band)
    {
        double low = Mel(LowestHz), high = Mel(HighestHz);
        return 700 * (Math.Pow(10, (low + ((band + 1) * (high - low) / (Count + 1))) / 2595) - 1);
    }

    /// <param name="magnitudes">One a bin, from 0 Hz to Nyquist.</param>
    /// <param name="bands">Length <see cref="Count"/>: the weighted sums.</param>
    internal void Sum(ReadOnlySpan<float> magnitudes, Span<float> bands)
    {
        for (int band = 0; band < Count; band++) bands[band] = TensorPrimitives.Dot<float>(weights[band], magnitudes.Slice(firstBins[band], weights[band].Length));
    }

    static double Mel(double hz) => 2595 * Math.Log10(1 + (hz / 700));
}
