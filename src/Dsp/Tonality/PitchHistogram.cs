using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Tonality;

/// <summary>How much of each pitch class sounds, in steps of five cents. Its size does not grow with the music.</summary>
sealed class PitchHistogram
{
    internal const int BinsPerSemitone = 20;
    internal const int Bins = 12 * BinsPerSemitone;
    const double ReferenceHz = 440.0 / 512 * 0.59460355750136053;   // C far below hearing: 440 Hz is A, nine semitones above a C

    readonly double[] weights = new double[Bins];

    internal void Add(double frequencyHz, double weight)
    {
        double place = Bins * Math.Log2(frequencyHz / ReferenceHz);
        double whole = Math.Floor(place), part = place - whole;
        int bin = (int)((long)whole % Bins);
        weights[bin] += weight * (1 - part);
        weights[(bin + 1) % Bins] += weight * part;
    }

    internal void Clear() => Array.Clear(weights);

    /// <summary>What was gathered, times <paramref name="kept"/>, and so much of another histogram.</summary>
    internal void Blend(double kept, PitchHistogram other, double share)
    {
        TensorPrimitives.Multiply(weights, kept, weights);
        TensorPrimitives.MultiplyAdd(other.weights, share, weights, weights);
    }

    /// <summary>How far the music is above A = 440 Hz, in semitones from -0.5 to 0.5: the circular mean of all pitches' distances to the nearest semitone.</summary>
    internal double Tuning()
    {
        double cosines = 0, sines = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            var (sine, cosine) = Math.SinCos(2 * Math.PI * bin / BinsPerSemitone);
            (cosines, sines) = (cosines + (weights[bin] * cosine), sines + (weights[bin] * sine));
        }

        return Math.Atan2(sines, cosines) / (2 * Math.PI);
    }

    /// <summary>Twelve pitch classes from C, each bin counted fully at its centre and not at all a semitone away.</summary>
    internal double[] Chroma(double tuning)
    {
        double[] chroma = new double[12];
        for (int bin = 0; bin < Bins; bin++)
        {
            double place = ((double)bin / BinsPerSemitone) - tuning + 12;
            int below = (int)place;
            double part = Sharpen(place - below);
            chroma[below % 12] += weights[bin] * (1 - part);
            chroma[(below + 1) % 12] += weights[bin] * part;
        }

        return chroma;
    }

    // A pitch 30 cents off still belongs mostly to its semitone.
    static double Sharpen(double part) => part * part * (3 - (2 * part));
}
