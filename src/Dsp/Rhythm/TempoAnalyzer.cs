using System.Runtime.InteropServices;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>Tempo and beats of mono audio at 22.05 kHz that comes in blocks. Keeps 16 kB a second of it.</summary>
sealed class TempoAnalyzer
{
    internal const int SampleRateHz = 22_050;
    internal const double LeastSeconds = 4;
    const int FrameSize = 1024;
    const double SlowestBpm = 40, FastestBpm = 220, StepRatio = 1.004;
    const double FramesPerMinute = 60.0 * OnsetEnvelopes.FramesPerSecond;

    // Where listeners tap most often, as a log-normal prior.
    const double PriorCentreBpm = 115, PriorOctaves = 0.75;

    /// <summary>Below this likeness of the onsets one to four beats later there is no tempo to speak of.</summary>
    const double LeastScore = 0.06;

    /// <summary>How far the line through the beats may move the tempo that the periodicity gave.</summary>
    const double LargestRefinement = 0.04;

    // What the low range says weighs most: it tells beats from off-beats.
    static readonly double[] periodWeights = [0.3, 0.15, 0.15, 0.15, 0.25], beatWeights = [0.5, 0.15, 0.1, 0.1, 0.4];

    readonly MelBands melBands = new(SampleRateHz, FrameSize);
    readonly FrameStream frames = new(FrameSize, (double)SampleRateHz / OnsetEnvelopes.FramesPerSecond);
    readonly List<float> bands = [];
    long samplesTaken;

    internal void Process(ReadOnlySpan<float> mono)
    {
        samplesTaken += mono.Length;
        frames.Process(mono, Take);
    }

    internal TempoEstimate Finish()
    {
        frames.Finish(Take);
        if (samplesTaken < LeastSeconds * SampleRateHz) return TempoEstimate.None;
        var onsets = new OnsetEnvelopes(CollectionsMarshal.AsSpan(bands));
        var periodicity = new Periodicity(onsets, periodWeights, (int)(Periodicity.Multiples * FramesPerMinute / SlowestBpm) + 4);
        double period = BestPeriod(periodicity), score = period == 0 ? 0 : periodicity.Score(period);
        if (score < LeastScore) return TempoEstimate.None;
        List<int> beats = BeatTracker.Track(onsets.Mix(beatWeights), period);
        double slope = Slope(beats), refined = Math.Abs((slope / period) - 1) < LargestRefinement ? slope : period, bpm = FramesPerMinute / refined;
        double[] alternatives = Prior(bpm * 2) >= Prior(bpm / 2) ? [bpm * 2, bpm / 2] : [bpm / 2, bpm * 2];
        return new(bpm, Math.Clamp(score, 0, 1), [.. beats.Select(beat => (double)beat / OnsetEnvelopes.FramesPerSecond)], alternatives);
    }

    /// <returns>Frames from beat to beat; 0 where nothing returns.</returns>
    static double BestPeriod(Periodicity periodicity)
    {
        double best = 0, period = 0;
        for (double bpm = SlowestBpm; bpm <= FastestBpm; bpm *= StepRatio)
        {
            double weighted = periodicity.Score(FramesPerMinute / bpm) * Prior(bpm);
            if (weighted > best) (best, period) = (weighted, FramesPerMinute / bpm);
        }

        return period;
    }

    static double Prior(double bpm) => Math.Exp(-0.5 * Math.Pow(Math.Log2(bpm / PriorCentreBpm) / PriorOctaves, 2));

    /// <summary>Of the least-squares line through the beats: frames a beat. 0 for fewer than three.</summary>
    static double Slope(List<int> beats)
    {
        if (beats.Count < 3) return 0;
        double middle = (beats.Count - 1) / 2.0, mean = beats.Average(), products = 0, squares = 0;
        for (int i = 0; i < beats.Count; i++)
        {
            products += (i - middle) * (beats[i] - mean);
            squares += (i - middle) * (i - middle);
        }

        return products / squares;
    }

    void Take(ReadOnlySpan<float> magnitudes)
    {
        int at = bands.Count;
        CollectionsMarshal.SetCount(bands, at + MelBands.Count);
        melBands.Sum(magnitudes, CollectionsMarshal.AsSpan(bands)[at..]);
    }
}
