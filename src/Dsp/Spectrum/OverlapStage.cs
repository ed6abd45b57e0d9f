using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Spectrum;

/// <summary>
/// Filters a signal by gains that change over time and frequency: windows of <c>size</c> samples every size/4 are transformed, weighted, transformed back
/// and added. One step takes size/4 samples a channel and gives as many, <see cref="DelaySamples"/> later, for each output.
/// </summary>
/// <remarks>Hann windows both ways: their squares, a quarter apart, add up to 3/2. Gains of 1 give the signal back.</remarks>
public sealed class OverlapStage
{
    /// <summary>Windows that each sample is in.</summary>
    public const int Overlap = 4;

    readonly IMaskMaker masks;
    readonly RealFft fft;
    readonly float[] analysis, synthesis, windowed;
    readonly float[][] pending;      // by channel: the last window of input
    readonly float[][][] sums;       // by output and channel: what the windows so far add to the next `size` samples
    readonly ChannelSpectrum weighted;
    readonly ChannelSpectrum[][] history;   // by slot and channel
    long frame;

    /// <param name="size">Samples in a window, a power of two.</param>
    /// <param name="channels">Channels in and, for every output, out.</param>
    /// <param name="companions">Further channels in, behind those, that only the masks look at.</param>
    public OverlapStage(int size, int channels, IMaskMaker masks, int companions = 0)
    {
        (this.masks, fft, Hop) = (masks, new RealFft(size), size / Overlap);
        analysis = Windows.Hann(size);
        synthesis = [.. analysis.Select(value => value / 1.5f)];
        windowed = new float[size];
        pending = [.. Enumerable.Range(0, channels + companions).Select(_ => new float[size])];
        sums = [.. Enumerable.Range(0, masks.Outputs).Select(_ => Enumerable.Range(0, channels).Select(_ => new float[size]).ToArray())];
        weighted = new(fft.Bins);
        history = [.. Enumerable.Range(0, masks.LookAhead + 1).Select(_ => pending.Select(_ => new ChannelSpectrum(fft.Bins)).ToArray())];
    }

    /// <summary>Samples a step takes and gives.</summary>
    public int Hop { get; }

    public int DelaySamples => (Overlap - 1 + masks.LookAhead) * Hop;

    /// <summary>The samples the last step gave, by output and channel; the first <see cref="Hop"/> of each array.</summary>
    public float[][][] Finished => sums;

    /// <param name="input">By channel, from <paramref name="from"/> on; <see cref="Hop"/> samples are read.</param>
    public void Step(float[][] input, int from)
    {
        ChannelSpectrum[] newest = history[frame % history.Length];
        for (int channel = 0; channel < pending.Length; channel++)
        {
            Shift(pending[channel]);
            input[channel].AsSpan(from, Hop).CopyTo(pending[channel].AsSpan(^Hop..));
            TensorPrimitives.Multiply(pending[channel], analysis, windowed);
            fft.Forward(windowed, newest[channel].Real, newest[channel].Imaginary);
        }

        masks.Push(newest);
        frame++;
        Add(history[frame % history.Length]);   // the oldest: LookAhead frames before the newest
    }

    void Add(ChannelSpectrum[] centre)
    {
        float[][] gains = masks.Make(centre);
        for (int output = 0; output < sums.Length; output++)
        {
            for (int channel = 0; channel < sums[output].Length; channel++)
            {
                TensorPrimitives.Multiply(centre[channel].Real, gains[output], weighted.Real);
                TensorPrimitives.Multiply(centre[channel].Imaginary, gains[output], weighted.Imaginary);
                fft.Inverse(weighted.Real, weighted.Imaginary, windowed);
                Shift(sums[output][channel]);
                TensorPrimitives.MultiplyAdd(windowed, synthesis, sums[output][channel], sums[output][channel]);
            }
        }
    }

    void Shift(float[] samples)
    {
        samples.AsSpan(Hop).CopyTo(samples);
        samples.AsSpan(^Hop..).Clear();
    }
}
