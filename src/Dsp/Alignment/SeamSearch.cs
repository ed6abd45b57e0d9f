using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Alignment;

/// <summary>Where a piece of a signal resembles another piece most, over all channels together. All products come from one fast correlation.</summary>
/// <remarks>Owns its scratch: one thread at a time.</remarks>
sealed class SeamSearch
{
    // A place this far off, in ranges, is worth this much less correlation: among the equal periods of a tone the nearest one wins.
    const double Distance = 1e-3;

    // Candidates 80 dB below their surroundings drown in the rounding of the transform (1e-6): they count as that loud.
    const double Quietest = 1e-8;

    readonly int frames, range;
    readonly RealFft fft;
    readonly float[] signal, real, imaginary, patternReal, patternImaginary, productReal, productImaginary;

    /// <param name="frames">Length of the pieces compared; from 0.</param>
    /// <param name="range">Last candidate less first, at most.</param>
    public SeamSearch(int frames, int range)
    {
        (this.frames, this.range) = (frames, range);
        fft = new RealFft((int)Math.Max(2, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(frames + range))));
        signal = new float[fft.Size];
        (real, imaginary, patternReal) = (new float[fft.Bins], new float[fft.Bins], new float[fft.Bins]);
        (patternImaginary, productReal, productImaginary) = (new float[fft.Bins], new float[fft.Bins], new float[fft.Bins]);
    }

    /// <param name="pattern">First frame of the piece to resemble.</param>
    /// <param name="from">First candidate.</param>
    /// <param name="to">Last candidate, at least <paramref name="from"/>.</param>
    /// <param name="nominal">The candidate that is best if nothing else tells.</param>
    /// <returns>The place, and its normalised correlation: −1 to 1, and 0 where one of both is silent.</returns>
    public (int Place, double Correlation) Best(AudioBuffer audio, int pattern, int from, int to, int nominal)
    {
        if (to < from || to - from > range)
            throw new ArgumentOutOfRangeException(nameof(to), to, $"The search is for {range + 1} candidates from {from}.");
        nominal = Math.Clamp(nominal, from, to);
        Correlate(audio, pattern, from, to);
        double patternEnergy = Energy(audio, pattern, frames), energy = Energy(audio, from, frames);
        double floor = Quietest * Energy(audio, from, frames + to - from);
        (int place, double correlation, double best) = (nominal, 0.0, double.NegativeInfinity);
        for (int candidate = from; candidate <= to; candidate++)
        {
            if (candidate > from) energy += Energy(audio, candidate + frames - 1, 1) - Energy(audio, candidate - 1, 1);
            double product = patternEnergy * Math.Max(energy, floor);
            double likeness = product > 0.0 ? Math.Clamp(signal[candidate - from] / Math.Sqrt(product), -1.0, 1.0) : 0.0;
            double score = likeness - (Distance * Math.Abs(candidate - nominal) / Math.Max(1, to - from));
            if (score > best) (place, correlation, best) = (candidate, likeness, score);
        }

        return (place, correlation);
    }

    /// <summary>Leaves Σ pattern[n] candidate[n], over all channels, for each candidate in <see cref="signal"/>: the inverse transform of P* X.</summary>
    void Correlate(AudioBuffer audio, int pattern, int from, int to)
    {
        Array.Clear(productReal);
        Array.Clear(productImaginary);
        for (int channel = 0; channel < audio.Channels; channel++)
        {
            Transform(audio[channel].Slice(pattern, frames), patternReal, patternImaginary);
            Transform(audio[channel].Slice(from, frames + to - from), real, imaginary);
            TensorPrimitives.MultiplyAdd<float>(patternReal, real, productReal, productReal);
            TensorPrimitives.MultiplyAdd<float>(patternImaginary, imaginary, productReal, productReal);
            TensorPrimitives.MultiplyAdd<float>(patternReal, imaginary, productImaginary, productImaginary);
            TensorPrimitives.Negate<float>(patternImaginary, patternImaginary);
            TensorPrimitives.MultiplyAdd<float>(patternImaginary, real, productImaginary, productImaginary);
        }

        fft.Inverse(productReal, productImaginary, signal);
    }

    void Transform(ReadOnlySpan<float> samples, float[] intoReal, float[] intoImaginary)
    {
        Array.Clear(signal);
        samples.CopyTo(signal);
        fft.Forward(signal, intoReal, intoImaginary);
    }

    static double Energy(AudioBuffer audio, int at, int frames)
    {
        double sum = 0.0;
        for (int channel = 0; channel < audio.Channels; channel++)
        {
            foreach (float x in audio[channel].Slice(at, frames)) sum += (double)x * x;
        }

        return sum;
    }
}
