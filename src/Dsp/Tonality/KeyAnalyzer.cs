using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Tonality;

/// <summary>Key of mono audio at 22.05 kHz that comes in blocks: spectral peaks, gathered by pitch class after tuning, against 24 profiles.</summary>
sealed class KeyAnalyzer
{
    internal const int SampleRateHz = 22_050;

    /// <summary>0.37 s: long enough to tell semitones from 50 Hz on.</summary>
    const int FrameSize = 8192;
    const double LowestHz = 50, HighestHz = 2500;

    /// <summary>Peaks below this part of a frame's largest are noise.</summary>
    const double LeastPeak = 0.003;

    /// <summary>Full scale is about a quarter of the frame's size; frames whose largest peak is 80 dB below are silence.</summary>
    const float SilentPeak = 1e-5f;

    const double LeastCorrelation = 0.3;

    static readonly string[] names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

    readonly FrameStream frames = new(FrameSize, FrameSize / 2.0);
    readonly PitchHistogram histogram = new();
    readonly List<(double Hz, double Weight)> peaks = [];

    internal void Process(ReadOnlySpan<float> mono) => frames.Process(mono, Take);

    internal KeyEstimate Finish()
    {
        frames.Finish(Take);
        double[] chroma = histogram.Chroma(histogram.Tuning());
        (int Key, double Correlation)[] scores =
        [
            .. Enumerable.Range(0, 24)
                .Select(key => (key, Correlate(chroma, key < 12 ? KeyProfiles.Major : KeyProfiles.Minor, key % 12)))
                .OrderByDescending(score => score.Item2).ThenBy(score => score.key),
        ];
        return scores[0].Correlation > LeastCorrelation
            ? new($"{names[scores[0].Key % 12]} {(scores[0].Key < 12 ? "major" : "minor")}", scores[0].Correlation, scores[0].Correlation - scores[1].Correlation)
            : KeyEstimate.None;
    }

    /// <summary>Pearson's; 0 for a chroma that is flat.</summary>
    static double Correlate(double[] chroma, double[] profile, int tonic)
    {
        double chromaMean = chroma.Average(), profileMean = profile.Average(), products = 0, chromaSquares = 0, profileSquares = 0;
        for (int i = 0; i < 12; i++)
        {
            double c = chroma[(i + tonic) % 12] - chromaMean, p = profile[i] - profileMean;
            (products, chromaSquares, profileSquares) = (products + (c * p), chromaSquares + (c * c), profileSquares + (p * p));
        }

        return chromaSquares > 0 ? products / Math.Sqrt(chromaSquares * profileSquares) : 0;
    }

    void Take(ReadOnlySpan<float> magnitudes)
    {
        double binHz = (double)SampleRateHz / FrameSize;
        int first = (int)(LowestHz / binHz), last = (int)(HighestHz / binHz);
        float largest = 0;
        for (int bin = first; bin <= last; bin++) largest = Math.Max(largest, magnitudes[bin]);
        if (largest < SilentPeak * FrameSize) return;
        peaks.Clear();
        double total = 0;
        for (int bin = first; bin <= last; bin++)
        {
            bool isPeak = magnitudes[bin] > magnitudes[bin - 1] && magnitudes[bin] >= magnitudes[bin + 1] && magnitudes[bin] >= LeastPeak * largest;
            if (!isPeak) continue;
            // The square root keeps one loud voice from deciding alone.
            double weight = Math.Sqrt(magnitudes[bin] / (double)FrameSize);
            peaks.Add((PlaceOf(magnitudes, bin) * binHz, weight));
            total += weight;
        }

        Credit(total);
    }

    /// <summary>A parabola through the logarithms of the peak and its neighbours.</summary>
    static double PlaceOf(ReadOnlySpan<float> magnitudes, int bin)
    {
        double below = Math.Log(magnitudes[bin - 1] + 1e-20), here = Math.Log(magnitudes[bin]), above = Math.Log(magnitudes[bin + 1] + 1e-20);
        return bin + (0.5 * (below - above) / (below - (2 * here) + above));
    }

    /// <summary>A peak may be the second, third or fourth harmonic of a tone: these get a half, a quarter and an eighth of it. Loud frames count by their root.</summary>
    void Credit(double total)
    {
        if (total <= 0) return;
        double scale = 1 / Math.Sqrt(total);
        foreach ((double hz, double weight) in peaks)
        {
            histogram.Add(hz, weight * scale * (1 + 0.5 + 0.125));
            histogram.Add(hz / 3, weight * scale * 0.25);
        }
    }
}
