using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>How far the spectrum after an instant differs from the spectrum before it, half a second each: chords change it, drum strokes do not. After Foote's novelty, ICME 2000.</summary>
static class HarmonicChange
{
    /// <summary>Bins that are looked at, of 21.5 Hz each: 86 to 1615 Hz, where chords are.</summary>
    internal const int FirstBin = 4, Width = 72;

    /// <summary>Frames that are added up before they are compared.</summary>
    internal const int FramesPerStep = 5;
    const int Reach = 9, MeanReach = 12;
    const float Compression = 300;

    /// <param name="steps">Summed magnitudes, <see cref="Width"/> a step; compressed in place.</param>
    /// <param name="frames">Length of the result.</param>
    /// <returns>0 or more, one a frame; of no certain unit.</returns>
    internal static double[] Of(FrameStore steps, int frames)
    {
        steps.Compress(Compression);
        return ToFrames(Peaks(Novelty(steps)), frames);
    }

    static double[] Novelty(FrameStore steps)
    {
        double[] novelty = new double[steps.Count];
        float[] before = new float[Width], after = new float[Width];
        for (int t = 1; t < novelty.Length; t++)
        {
            Sum(steps, Math.Max(0, t - Reach), t, before);
            Sum(steps, t, Math.Min(novelty.Length, t + Reach), after);
            float similarity = TensorPrimitives.CosineSimilarity(before, after);
            novelty[t] = float.IsFinite(similarity) ? 1 - similarity : 0;
        }

        return novelty;
    }

    static void Sum(FrameStore steps, int from, int to, float[] sum)
    {
        Array.Clear(sum);
        for (int step = from; step < to; step++) TensorPrimitives.Add(sum, steps[step], sum);
    }

    /// <summary>Less the mean around it, not below 0.</summary>
    static double[] Peaks(double[] novelty)
    {
        double[] peaks = new double[novelty.Length];
        for (int t = 0; t < novelty.Length; t++)
        {
            ReadOnlySpan<double> around = novelty.AsSpan()[Math.Max(0, t - MeanReach)..Math.Min(novelty.Length, t + MeanReach + 1)];
            peaks[t] = Math.Max(0, novelty[t] - (TensorPrimitives.Sum(around) / around.Length));
        }

        return peaks;
    }

    /// <summary>Linear between steps. Step s is made of frames 5 s to 5 s + 4, so what changes between s - 1 and s changes at frame 5 s.</summary>
    static double[] ToFrames(double[] steps, int frames)
    {
        double[] spread = new double[frames];
        for (int t = 0; t < frames && (t / FramesPerStep) + 1 < steps.Length; t++)
        {
            int step = t / FramesPerStep;
            spread[t] = steps[step] + ((double)(t % FramesPerStep) / FramesPerStep * (steps[step + 1] - steps[step]));
        }

        return spread;
    }
}
