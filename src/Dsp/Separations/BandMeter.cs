using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Separations;

/// <summary>
/// Energy of several signals, and what each two of them share, by octave: Hann windows of about 46 ms every half of that, with silence behind the last.
/// </summary>
/// <remarks>
/// Left and right go through one complex transform, z = l + i r. Over the bins k and −k, Re Σ Zₓ Zᵧ* = 2 Re Σ (Lₓ Lᵧ* + Rₓ Rᵧ*): the cross-terms of
/// left and right only reach the imaginary part.
/// </remarks>
sealed class BandMeter
{
    const double WindowSeconds = 0.046, LowestEdgeHz = 88.388;   // 62.5 Hz · √2; the octaves' middles are 125, 250, … Hz

    /// <summary>Float sums of so many windows are off by at most 2⁻¹⁶; then they go into double.</summary>
    const int WindowsAtOnce = 256;

    readonly int channels, size, hop;
    readonly ComplexFft fft;
    readonly float[] taper;
    readonly int[] edges;
    readonly float[][][] pending;   // by signal, channel
    readonly float[][] real, imaginary;   // by signal
    readonly float[][] products;   // by pair, a signal with itself included
    readonly double[][] bands;
    int filled, fresh, windows;

    public BandMeter(int sampleRateHz, int channels, int signals)
    {
        this.channels = channels;
        size = 1 << (int)Math.Round(Math.Log2(Math.Max(16, WindowSeconds * sampleRateHz)));
        (hop, fft, taper, edges) = (size / 2, new(size), Windows.Hann(size), Edges(size, sampleRateHz));
        pending = Rows(signals, () => Rows(channels, () => new float[size]));
        (real, imaginary) = (Rows(signals, () => new float[size]), Rows(signals, () => new float[size]));
        products = Rows(signals * (signals + 1) / 2, () => new float[size]);
        bands = Rows(products.Length, () => new double[edges.Length - 1]);
    }

    /// <param name="signals">One array a signal and channel; all that is between <paramref name="from"/> and its end is taken.</param>
    public void Process(float[][][] signals, int from, int count)
    {
        while (count > 0)
        {
            int taken = Math.Min(count, size - filled);
            for (int signal = 0; signal < pending.Length; signal++)
            {
                for (int channel = 0; channel < channels; channel++)
                    signals[signal][channel].AsSpan(from, taken).CopyTo(pending[signal][channel].AsSpan(filled));
            }

            (from, count, filled, fresh) = (from + taken, count - taken, filled + taken, fresh + taken);
            if (filled == size) TakeWindow();
        }
    }

    /// <summary>The bands by pair: the first signal with itself, with the second, …, the second with itself …. Begins anew.</summary>
    public float[][] Complete()
    {
        if (fresh > 0)
        {
            foreach (float[] line in pending.SelectMany(lines => lines)) line.AsSpan(filled).Clear();
            TakeWindow();
        }

        Settle();
        float[][] result = [.. bands.Select(sums => Array.ConvertAll(sums, sum => (float)sum))];
        foreach (double[] sums in bands) Array.Clear(sums);
        (filled, fresh) = (0, 0);
        return result;
    }

    void TakeWindow()
    {
        for (int signal = 0; signal < pending.Length; signal++)
        {
            Taper(pending[signal][0], real[signal]);
            if (channels == 2) Taper(pending[signal][1], imaginary[signal]);
            else Array.Clear(imaginary[signal]);
            fft.Forward(real[signal], imaginary[signal]);
        }

        int pair = 0;
        for (int first = 0; first < pending.Length; first++)
        {
            for (int second = first; second < pending.Length; second++, pair++)
            {
                TensorPrimitives.MultiplyAdd(real[first], real[second], products[pair], products[pair]);
                TensorPrimitives.MultiplyAdd(imaginary[first], imaginary[second], products[pair], products[pair]);
            }
        }

        (filled, fresh) = (size - hop, 0);
        if (++windows == WindowsAtOnce) Settle();
    }

    void Taper(float[] line, float[] tapered)
    {
        TensorPrimitives.Multiply(line, taper, tapered);
        line.AsSpan(hop).CopyTo(line);
    }

    void Settle()
    {
        for (int pair = 0; pair < products.Length; pair++)
        {
            float[] bins = products[pair];
            for (int band = 0; band < bands[pair].Length; band++)
            {
                double sum = 0;
                for (int bin = edges[band]; bin < edges[band + 1]; bin++) sum += bin == hop ? bins[bin] : (double)bins[bin] + bins[size - bin];
                bands[pair][band] += sum;
            }

            Array.Clear(bins);
        }

        windows = 0;
    }

    /// <summary>First bins of the bands and the end of the last. What is not heard, bin 0, is in none.</summary>
    static int[] Edges(int size, int sampleRateHz)
    {
        var edges = new List<int> { 1 };
        for (double hertz = LowestEdgeHz; hertz < sampleRateHz / 2.0; hertz *= 2) edges.Add(Math.Max(edges[^1], (int)Math.Ceiling(hertz * size / sampleRateHz)));
        return [.. edges, (size / 2) + 1];
    }

    static T[] Rows<T>(int count, Func<T> row) => [.. Enumerable.Range(0, count).Select(_ => row())];
}
