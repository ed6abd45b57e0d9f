using System.Numerics;

namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>
/// One period of a waveform in half-octave steps of bandwidth. Each step is sampled at least 32 times a period of its highest harmonic, so that
/// the images of linear interpolation stay 88 dB below a harmonic series that falls as 1/n.
/// </summary>
sealed class Wavetable
{
    const int MostHarmonics = 512, LeastBits = 12;

    /// <summary>Slot indices: harmonics H and above are in level 0.</summary>
    readonly (float[] Samples, int Bits, int Harmonics)[] levels;

    /// <param name="harmonic">Amplitudes of sine and cosine of harmonic n, from 1.</param>
    public Wavetable(Func<int, (double Sine, double Cosine)> harmonic)
    {
        var list = new List<(float[], int, int)>();
        for (int step = 0; ; step++)
        {
            int harmonics = (int)Math.Floor(MostHarmonics / Math.Pow(2.0, step / 2.0));
            if (harmonics < 1) break;
            int bits = Math.Max(LeastBits, BitOperations.Log2((uint)harmonics * 64 - 1));
            list.Add((Sample(harmonic, harmonics, bits), bits, harmonics));
        }

        levels = [.. list];
    }

    /// <summary>The level whose highest harmonic stays below half the sample rate.</summary>
    /// <param name="cycles">Periods a sample.</param>
    public int LevelFor(double cycles)
    {
        if (cycles <= 0.5 / MostHarmonics) return 0;
        int level = Math.Min(levels.Length - 1, (int)(2.0 * Math.Log2(MostHarmonics * 2.0 * cycles)));
        while (level < levels.Length - 1 && levels[level].Harmonics * cycles >= 0.5) level++;
        return level;
    }

    /// <summary>Reads the waveform; the increment moves by <paramref name="slope"/> a sample.</summary>
    /// <returns>The phase after the last sample; 2³² is one period.</returns>
    public uint Read(Span<float> samples, int level, uint phase, uint increment, uint slope)
    {
        (float[] table, int bits, _) = levels[level];
        return Period.Read(table, bits, phase, increment, slope, samples);
    }

    static float[] Sample(Func<int, (double Sine, double Cosine)> harmonic, int harmonics, int bits)
    {
        var spectrum = new Complex[1 << bits];
        for (int n = 1; n <= harmonics; n++)
        {
            (double sine, double cosine) = harmonic(n);
            spectrum[n] = new Complex(cosine, -sine);   // real part of (c − is)·e^{iφ} = c·cos φ + s·sin φ
        }

        Transform(spectrum);
        var samples = new float[spectrum.Length + 1];   // one more, so that interpolation needs no wrap
        for (int i = 0; i < spectrum.Length; i++) samples[i] = (float)spectrum[i].Real;
        samples[^1] = samples[0];
        return samples;
    }

    /// <summary>Inverse discrete Fourier transform, unscaled, in place; radix 2.</summary>
    static void Transform(Complex[] values)
    {
        int n = values.Length;
        for (int i = 1, j = 0; i < n; i++)
        {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (values[i], values[j]) = (values[j], values[i]);
        }

        for (int length = 2; length <= n; length <<= 1)
        {
            var roots = new Complex[length / 2];
            for (int k = 0; k < roots.Length; k++) roots[k] = Complex.FromPolarCoordinates(1.0, 2.0 * Math.PI * k / length);
            for (int start = 0; start < n; start += length)
            {
                for (int k = 0; k < roots.Length; k++)
                {
                    Complex low = values[start + k], high = values[start + k + roots.Length] * roots[k];
                    (values[start + k], values[start + k + roots.Length]) = (low + high, low - high);
                }
            }
        }
    }
}
