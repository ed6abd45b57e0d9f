using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Models.Spectral;

/// <summary>
/// How much of each bin is a steady tone and how much a stroke: tones are ridges along time, strokes along frequency; a median along the ridge keeps it,
/// across it removes it. FitzGerald, Harmonic/percussive separation using median filtering, DAFx 2010, with soft masks of power.
/// </summary>
sealed class Steadiness
{
    readonly float[] powers, mirrored, spare;
    readonly float[] tones, strokes;
    readonly int[] frameOffsets, binOffsets;
    readonly int bins;
    readonly float strokeWeight;
    int slot;

    /// <param name="size">Samples in a window.</param>
    /// <param name="medianSeconds">Length of the median along time.</param>
    /// <param name="medianHz">Length of the median along frequency.</param>
    /// <param name="strokeWeight">Above 1 a bin has to be the more tonal to count as a tone.</param>
    public Steadiness(int size, int sampleRateHz, double medianSeconds, double medianHz, float strokeWeight)
    {
        (bins, this.strokeWeight) = ((size / 2) + 1, strokeWeight);
        int frames = Odd(medianSeconds * sampleRateHz * OverlapStage.Overlap / size), width = Odd(medianHz * size / sampleRateHz);
        powers = new float[frames * bins];
        mirrored = new float[bins + width - 1];
        (spare, tones, strokes) = (new float[bins], new float[bins], new float[bins]);
        frameOffsets = [.. Enumerable.Range(0, frames).Select(frame => frame * bins)];
        binOffsets = [.. Enumerable.Range(0, width)];
    }

    /// <summary>Frames after the one decided that have to be known: half the median.</summary>
    public int LookAhead => frameOffsets.Length / 2;

    /// <summary>Takes the powers of the newest frame, summed over the channels, so that all channels get the same gains and images stay in place.</summary>
    public void Push(ChannelSpectrum[] newest)
    {
        Span<float> row = powers.AsSpan(slot * bins, bins);
        row.Clear();
        foreach (ChannelSpectrum channel in newest)
        {
            TensorPrimitives.MultiplyAdd(channel.Real, channel.Real, row, row);
            TensorPrimitives.MultiplyAdd(channel.Imaginary, channel.Imaginary, row, row);
        }

        slot = (slot + 1) % frameOffsets.Length;
    }

    /// <summary>Power of the frame decided, summed over the channels.</summary>
    public ReadOnlySpan<float> Power => powers.AsSpan(((slot + frameOffsets.Length - 1 - LookAhead) % frameOffsets.Length) * bins, bins);

    /// <summary>The tonal share of each bin, 0 … 1, for the frame <see cref="LookAhead"/> before the newest. 0 where all is silent.</summary>
    public void Measure(Span<float> share)
    {
        Medians.Of(powers, frameOffsets, tones);
        Mirror(Power);
        Medians.Of(mirrored, binOffsets, strokes);
        TensorPrimitives.Multiply(strokes, strokeWeight, spare);
        TensorPrimitives.Add(spare, tones, spare);
        TensorPrimitives.Add(spare, Gains.Silence, spare);
        TensorPrimitives.Divide(tones, spare, share);
    }

    static int Odd(double length) => (int)Math.Round(length) | 1;

    // The spectrum of a real signal is even about 0 Hz and about the Nyquist frequency.
    void Mirror(ReadOnlySpan<float> row)
    {
        int half = binOffsets.Length / 2;
        row.CopyTo(mirrored.AsSpan(half));
        for (int i = 1; i <= half; i++) (mirrored[half - i], mirrored[half + bins - 1 + i]) = (row[i], row[bins - 1 - i]);
    }
}
