using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Alignment;

/// <summary>Where a piece of a signal resembles another piece most, over all channels together.</summary>
static class SeamSearch
{
    // A place this far off, in ranges, is worth this much less correlation: among the equal periods of a tone the nearest one wins.
    const double Distance = 1e-3;

    /// <param name="pattern">First frame of the piece to resemble.</param>
    /// <param name="frames">Its length; from 0.</param>
    /// <param name="from">First candidate.</param>
    /// <param name="to">Last candidate, at least <paramref name="from"/>.</param>
    /// <param name="nominal">The candidate that is best if nothing else tells.</param>
    /// <returns>The place, and its normalised correlation: −1 to 1, and 0 where one of both is silent.</returns>
    public static (int Place, double Correlation) Best(AudioBuffer audio, int pattern, int frames, int from, int to, int nominal)
    {
        nominal = Math.Clamp(nominal, from, to);
        double patternEnergy = Energy(audio, pattern, frames), energy = Energy(audio, from, frames), range = Math.Max(1, to - from);
        (int place, double correlation, double best) = (nominal, 0.0, double.NegativeInfinity);
        for (int candidate = from; candidate <= to; candidate++)
        {
            if (candidate > from) energy = Math.Max(0.0, energy + Energy(audio, candidate + frames - 1, 1) - Energy(audio, candidate - 1, 1));
            double product = patternEnergy * energy;
            double likeness = product > 0.0 ? Math.Clamp(Product(audio, pattern, candidate, frames) / Math.Sqrt(product), -1.0, 1.0) : 0.0;
            double score = likeness - (Distance * Math.Abs(candidate - nominal) / range);
            if (score > best) (place, correlation, best) = (candidate, likeness, score);
        }

        return (place, correlation);
    }

    static double Product(AudioBuffer audio, int a, int b, int frames)
    {
        double sum = 0.0;
        for (int channel = 0; channel < audio.Channels; channel++) sum += TensorPrimitives.Dot<float>(audio[channel].Slice(a, frames), audio[channel].Slice(b, frames));
        return sum;
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
