using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Restoration;

/// <summary>
/// Follows the broadband noise of a track in windows four times as long as those it is taken away in: there the partials of a chord lie apart and the noise
/// shows between them. All channels together.
/// </summary>
sealed class NoiseFloor
{
    /// <summary>Lengths of the short window in the long one.</summary>
    const int Times = 4;

    readonly RealFft fft;
    readonly float[] taper, windowed, power, spread;
    readonly float[][] pending;
    readonly ChannelSpectrum[] spectra;
    readonly MinimumStatistics statistics;
    readonly NoiseBands bands;
    readonly int hopsAWindow;
    int hopsSounding;

    /// <param name="size">Samples in the short window.</param>
    /// <param name="hop">Samples that are heard at once.</param>
    public NoiseFloor(int size, int hop, int sampleRateHz, int channels)
    {
        fft = new(Times * size);
        (taper, windowed, power, spread) = (Windows.Hann(fft.Size), new float[fft.Size], new float[fft.Bins], new float[fft.Bins]);
        pending = [.. Enumerable.Range(0, channels).Select(_ => new float[fft.Size])];
        spectra = [.. pending.Select(_ => new ChannelSpectrum(fft.Bins))];
        statistics = new(fft.Bins, 0.5 * fft.Size / sampleRateHz);
        bands = new(fft.Bins);
        hopsAWindow = fft.Size / hop;
        Power = new float[(size / 2) + 1];
    }

    /// <summary>Of the noise, by bin of the short window, the mean of the channels; 0 before there was a window.</summary>
    public float[] Power { get; }

    /// <summary>Hops of sound that are heard before the first estimate: about 0.8 s.</summary>
    public int HopsUntilKnown => hopsAWindow + ((MinimumStatistics.WarmUpFrames - 1) * hopsAWindow / 2);

    /// <summary>Hears the next hop. Windows half of which were heard before are looked at; digital silence is no noise, and no window has a part of it.</summary>
    public void Listen(float[][] hop)
    {
        bool sounds = false;
        for (int channel = 0; channel < pending.Length; channel++)
        {
            float[] line = pending[channel];
            line.AsSpan(hop[channel].Length).CopyTo(line);
            hop[channel].CopyTo(line.AsSpan(^hop[channel].Length..));
            sounds |= hop[channel].AsSpan().ContainsAnyExcept(0f);
        }

        hopsSounding = sounds ? hopsSounding + 1 : 0;
        if (hopsSounding < hopsAWindow || (hopsSounding - hopsAWindow) % (hopsAWindow / 2) != 0) return;
        for (int channel = 0; channel < pending.Length; channel++)
        {
            TensorPrimitives.Multiply(pending[channel], taper, windowed);
            fft.Forward(windowed, spectra[channel].Real, spectra[channel].Imaginary);
        }

        Powers.Of(spectra, power);
        Powers.Spread(power, spread);
        statistics.Push(spread);
        bands.Find(statistics.Noise, Times, Power);
    }
}
