using System.Numerics.Tensors;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Separations;

/// <summary>How near an estimate comes to the truth. dB; null where it would not be a number.</summary>
/// <param name="GlobalDb">
/// 10 log₁₀ (Σ s² / Σ (s − ŝ)²) over all samples and channels, as Mitsufuji et al. define it (Music Demixing Challenge 2021, Frontiers in Signal
/// Processing 1, 2022), less the 10⁻⁷ they add to both sums. Null: the reference is silent, or nothing differs.
/// </param>
/// <param name="MedianDb">Median of the same over whole seconds, one after the other, whose reference is not silent; a rest shorter than a second is left out. Null as before.</param>
/// <param name="SecondsCounted">Seconds that the median is of.</param>
/// <param name="IsExact">Every sample is the reference's.</param>
public sealed record SourceToDistortion(double? GlobalDb, double? MedianDb, int SecondsCounted, bool IsExact);

/// <summary>Compares an estimate with its reference in one pass over blocks of any size, which never change a bit. Keeps 8 bytes a second.</summary>
public sealed class SdrMeter
{
    readonly int sampleRateHz, channels;
    readonly float[][] reference, difference;   // the second that is being filled
    readonly List<double> seconds = [];
    double referenceSquares, errorSquares;
    long frames;
    int filled;

    /// <param name="channels">At least 1.</param>
    public SdrMeter(int sampleRateHz, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        (this.sampleRateHz, this.channels) = (sampleRateHz, channels);
        (reference, difference) = (Planes(), Planes());
    }

    /// <summary>Takes the next frames of both, equally many.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is no number, or above 10¹².</exception>
    public void Process(AudioBuffer truth, AudioBuffer estimate)
    {
        Samples.RequireTransformable(truth, sampleRateHz, channels, frames);
        Samples.RequireTransformable(estimate, sampleRateHz, channels, frames);
        if (truth.Frames != estimate.Frames) throw new ArgumentException($"The estimate has {estimate.Frames} frames, its reference {truth.Frames}.", nameof(estimate));
        frames += truth.Frames;
        for (int done = 0; done < truth.Frames;)
        {
            int count = Math.Min(truth.Frames - done, sampleRateHz - filled);
            for (int channel = 0; channel < channels; channel++)
            {
                ReadOnlySpan<float> known = truth[channel].Slice(done, count);
                known.CopyTo(reference[channel].AsSpan(filled));
                TensorPrimitives.Subtract(known, estimate[channel].Slice(done, count), difference[channel].AsSpan(filled, count));
            }

            (done, filled) = (done + count, filled + count);
            if (filled == sampleRateHz) CloseSecond();
        }
    }

    /// <summary>Ends the track.</summary>
    public SourceToDistortion Complete()
    {
        AddPending();
        return new(
            SeparationQuality.RatioDb(referenceSquares, errorSquares), Median() is var median && double.IsFinite(median) ? median : null, seconds.Count,
            frames > 0 && errorSquares == 0);
    }

    void CloseSecond()
    {
        (double signal, double error) = AddPending();
        if (signal > 0) seconds.Add(10.0 * Math.Log10(signal / error));
    }

    (double Signal, double Error) AddPending()
    {
        double signal = 0, error = 0;
        for (int channel = 0; channel < channels; channel++)
        {
            signal += LaneSums.Squares(reference[channel].AsSpan(0, filled));
            error += LaneSums.Squares(difference[channel].AsSpan(0, filled));
        }

        (referenceSquares, errorSquares, filled) = (referenceSquares + signal, errorSquares + error, 0);
        return (signal, error);
    }

    /// <summary>Of an even number, the mean of the two in the middle; NaN of none.</summary>
    double Median()
    {
        if (seconds.Count == 0) return double.NaN;
        double[] sorted = [.. seconds.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0;
    }

    float[][] Planes() => [.. Enumerable.Range(0, channels).Select(_ => new float[sampleRateHz])];
}
