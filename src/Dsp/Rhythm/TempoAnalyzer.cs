using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>
/// Tempo and beats of mono audio at 22.05 kHz that comes in blocks. Keeps 22 kB a second of it.
/// Every period that the onsets could have is tried, each with beats of its own; of all ways to count the likeliest is taken.
/// </summary>
sealed class TempoAnalyzer
{
    internal const int SampleRateHz = 22_050;
    internal const double LeastSeconds = 4;
    const int FrameSize = 1024;
    const double SlowestBpm = 40, FastestBpm = 220;
    const double FramesPerMinute = 60.0 * OnsetEnvelopes.FramesPerSecond;
    const int FewestBeats = 4;

    /// <summary>Below this likeness of the onsets one to four beats later there is no tempo to speak of.</summary>
    const double LeastScore = 0.06;

    // Beats that were tracked on off-beats, on syncopes or on triplets are tried in these places too; twelfths of a beat.
    static readonly int[] shifts = [0, 6, 3, 9, 4, 8];

    // What the low range says weighs most: it tells beats from off-beats.
    static readonly double[] periodWeights = [0.3, 0.15, 0.15, 0.15, 0.25], beatWeights = [0.5, 0.15, 0.1, 0.1, 0.4];

    readonly MelBands melBands = new(SampleRateHz, FrameSize);
    readonly FrameStream frames = new(FrameSize, (double)SampleRateHz / OnsetEnvelopes.FramesPerSecond);
    readonly FrameStore bands = new(MelBands.Count), steps = new(HarmonicChange.Width);
    long samplesTaken;

    internal void Process(ReadOnlySpan<float> mono)
    {
        samplesTaken += mono.Length;
        frames.Process(mono, Take);
    }

    internal TempoEstimate Finish()
    {
        List<Counting> counts = Countings();
        if (counts.Count == 0) return TempoEstimate.None;
        Counting best = counts.MaxBy(count => count.Utility)!;
        return new(best.Bpm, Math.Clamp(best.Score, 0, 1), [.. best.BeatsSeconds()], [.. best.DownbeatsSeconds()], Alternatives(counts, best.Bpm));
    }

    /// <summary>All ways to count this music, with what speaks for each; none for less than 4 s, for silence, and where nothing repeats.</summary>
    internal List<Counting> Countings()
    {
        frames.Finish(Take);
        if (samplesTaken < LeastSeconds * SampleRateHz) return [];
        var onsets = new OnsetEnvelopes(bands);
        double[][] strengths = Strengths.Of(onsets, HarmonicChange.Of(steps, onsets.Frames));
        bands.Free();
        steps.Free();
        var tracker = new BeatTracker(onsets.Mix(beatWeights));
        var periodicity = new Periodicity(onsets, periodWeights, (int)(8 * FramesPerMinute / SlowestBpm) + 4);
        List<double> periods = Periods.Of(periodicity, new TempoSpectrum(onsets.Mix(periodWeights)), SlowestBpm, FastestBpm);
        double bestScore = periods.Select(periodicity.Score).DefaultIfEmpty().Max();
        if (bestScore < LeastScore) return [];
        List<Counting> counts = [];
        foreach (double period in periods)
        {
            List<int> beats = tracker.Track(period);
            beats.RemoveAll(beat => beat < onsets.Sounding.Start.Value - Counting.Early || beat >= onsets.Sounding.End.Value);
            if (beats.Count < FewestBeats) continue;
            var pulse = new Pulse(strengths, beats, period);
            counts.AddRange(shifts.Select(shift => new Counting(pulse, shift, onsets.Sounding, periodicity.Score(period), PulseFeatures.Of(pulse, shift, periodicity, bestScore))));
        }

        return counts;
    }

    /// <summary>Half and double the tempo, the likelier one first.</summary>
    static double[] Alternatives(List<Counting> counts, double bpm)
    {
        double UtilityAt(double other) => counts.Where(count => Math.Abs((count.Bpm / other) - 1) < 0.02).Select(count => count.Utility).DefaultIfEmpty(double.NegativeInfinity).Max();
        return UtilityAt(bpm * 2) >= UtilityAt(bpm / 2) ? [bpm * 2, bpm / 2] : [bpm / 2, bpm * 2];
    }

    void Take(ReadOnlySpan<float> magnitudes)
    {
        melBands.Sum(magnitudes, bands.Add());
        Span<float> step = (bands.Count - 1) % HarmonicChange.FramesPerStep == 0 ? steps.Add() : steps[steps.Count - 1];
        TensorPrimitives.Add(step, magnitudes.Slice(HarmonicChange.FirstBin, HarmonicChange.Width), step);
    }
}
