using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Tonality;

/// <summary>
/// Key of mono audio at 22.05 kHz that comes in blocks: spectral peaks, gathered by pitch class after tuning, against 24 profiles.
/// What sounds first and last is also held against the tonic's chord, so that relative keys and the dominant's are told apart.
/// </summary>
sealed class KeyAnalyzer
{
    internal const int SampleRateHz = 22_050;

    /// <summary>0.37 s: long enough to tell semitones from 50 Hz on.</summary>
    const int FrameSize = 8192;
    const double LowestHz = 50, HighestHz = 2500;

    /// <summary>Peaks below this part of a frame's largest are noise.</summary>
    const double LeastPeak = 0.01;

    /// <summary>Full scale is about a quarter of the frame's size; frames whose largest peak is 80 dB below are silence.</summary>
    const float SilentPeak = 1e-5f;

    const double LeastCorrelation = 0.3;

    /// <summary>What the first and the last chord count for against the whole; anything from 0.3 and 0.2 to 0.7 and 0.45 does about as well. The bass alone told nothing more.</summary>
    const double StartShare = 0.4, EndShare = 0.25;

    /// <summary>In which the start is forgotten and the end comes to matter, by a factor of e.</summary>
    const double EdgeSeconds = 1.5;

    static readonly string[] names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

    readonly FrameStream frames = new(FrameSize, FrameSize / 2.0);
    readonly PitchHistogram frame = new(), whole = new(), start = new(), end = new();
    readonly List<(double Hz, double Weight)> peaks = [];
    double startShare = 1;

    internal void Process(ReadOnlySpan<float> mono) => frames.Process(mono, Take);

    internal KeyEstimate Finish()
    {
        frames.Finish(Take);
        double tuning = whole.Tuning();
        double[] chroma = whole.Chroma(tuning), first = start.Chroma(tuning), last = end.Chroma(tuning);
        (int Key, double Correlation, double Score)[] keys = [.. Enumerable.Range(0, 24).Select(key => Judge(key, chroma, first, last)).OrderByDescending(one => one.Score).ThenBy(one => one.Key)];
        return keys[0].Correlation > LeastCorrelation
            ? new($"{names[keys[0].Key % 12]} {(keys[0].Key < 12 ? "major" : "minor")}", keys[0].Correlation, keys[0].Score - keys[1].Score)
            : KeyEstimate.None;
    }

    static (int Key, double Correlation, double Score) Judge(int key, double[] chroma, double[] first, double[] last)
    {
        (double[] profile, double[] triad) = key < 12 ? (KeyProfiles.Major, KeyProfiles.MajorTriad) : (KeyProfiles.Minor, KeyProfiles.MinorTriad);
        double correlation = Correlate(chroma, profile, key % 12);
        return (key, correlation, (correlation + (StartShare * Correlate(first, triad, key % 12)) + (EndShare * Correlate(last, triad, key % 12))) / (1 + StartShare + EndShare));
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
        double scale = 1 / Math.Sqrt(total), kept = Math.Exp(-FrameSize / 2.0 / SampleRateHz / EdgeSeconds);
        frame.Clear();
        foreach ((double hz, double weight) in peaks)
        {
            frame.Add(hz, weight * scale * (1 + 0.5 + 0.125));
            frame.Add(hz / 3, weight * scale * 0.25);
        }

        whole.Blend(1, frame, 1);
        start.Blend(1, frame, startShare);
        end.Blend(kept, frame, 1);
        startShare *= kept;
    }
}
