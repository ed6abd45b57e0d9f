using DgxMusic.Dsp.Resampling;
using DgxMusic.Dsp.Rhythm;

namespace DgxMusic.Dsp.Tests.Rhythm;

/// <summary>
/// Fits the weights of <see cref="PulseModel"/>: the chance that a way to count is chosen grows with the exponential of its utility (McFadden's conditional logit, 1974),
/// and the loops' own ways to count shall be chosen. The weights in use are <c>Fit(Lessons(LoopSet.Training(24)))</c>.
/// </summary>
static class PulseTraining
{
    const double Ridge = 0.03, Step = 0.05;
    const int Rounds = 400;

    /// <param name="Counts">Features of every way to count.</param>
    /// <param name="IsRight">The tempo within 2 %, and beats whose F-measure is at least 0.8.</param>
    internal sealed record Lesson(double[][] Counts, bool[] IsRight);

    internal static Lesson[] Lessons(IEnumerable<Func<Loop>> loops) =>
        [.. loops.AsParallel().AsOrdered().Select(make => ToLesson(make())).Where(lesson => lesson.IsRight.Contains(true))];

    internal static double[] Fit(Lesson[] lessons)
    {
        double[] spread = Standardize(ref lessons);
        double[] weights = new double[PulseFeatures.Count], mean = new double[weights.Length], square = new double[weights.Length];
        for (int round = 1; round <= Rounds; round++)
        {
            double[] gradient = Gradient(lessons, weights);
            double step = Step * Math.Min(1, 3.0 * (Rounds - round + 1) / Rounds);
            for (int i = 0; i < weights.Length; i++)
            {
                // Adam: Kingma and Ba, ICLR 2015.
                mean[i] = (0.9 * mean[i]) + (0.1 * gradient[i]);
                square[i] = (0.99 * square[i]) + (0.01 * gradient[i] * gradient[i]);
                weights[i] -= step * mean[i] / (1 - Math.Pow(0.9, round)) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.99, round))) + 1e-8);
            }
        }

        return [.. weights.Select((weight, i) => weight / spread[i])];
    }

    internal static int Choose(Lesson lesson, double[] weights) =>
        Enumerable.Range(0, lesson.Counts.Length).MaxBy(i => System.Numerics.Tensors.TensorPrimitives.Dot<double>(lesson.Counts[i], weights));

    static Lesson ToLesson(Loop loop)
    {
        var analyzer = new TempoAnalyzer();
        AudioBuffer audio = loop.Audio.SampleRateHz == TempoAnalyzer.SampleRateHz ? loop.Audio : new Resampler(loop.Audio.SampleRateHz, TempoAnalyzer.SampleRateHz, 1, ResamplerQuality.Analysis).Process(loop.Audio);
        analyzer.Process(audio[0]);
        List<Counting> counts = analyzer.Countings();
        return new([.. counts.Select(count => count.Features)], [.. counts.Select(count => Math.Abs((count.Bpm / loop.Bpm) - 1) < 0.02 && LoopScore.BeatFOf([.. count.BeatsSeconds()], loop.Beats) >= 0.8)]);
    }

    /// <summary>Of the mean negative logarithm of the chance that something right is chosen, and of the ridge.</summary>
    static double[] Gradient(Lesson[] lessons, double[] weights)
    {
        double[] gradient = [.. weights.Select(weight => Ridge * weight)];
        foreach (Lesson lesson in lessons)
        {
            double[] utilities = [.. lesson.Counts.Select(count => System.Numerics.Tensors.TensorPrimitives.Dot(count, weights))];
            double highest = utilities.Max();
            double[] chances = [.. utilities.Select(utility => Math.Exp(utility - highest))];
            double all = chances.Sum(), right = chances.Where((_, i) => lesson.IsRight[i]).Sum() + 1e-12;
            for (int i = 0; i < chances.Length; i++)
            {
                double excess = ((chances[i] / all) - (lesson.IsRight[i] ? chances[i] / right : 0)) / lessons.Length;
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(lesson.Counts[i], excess, gradient, gradient);
            }
        }

        return gradient;
    }

    /// <summary>Brings every feature to mean 0 and deviation 1. Chances do not depend on the means, so only the deviations matter to the weights.</summary>
    static double[] Standardize(ref Lesson[] lessons)
    {
        double[][] all = [.. lessons.SelectMany(lesson => lesson.Counts)];
        double[] means = [.. Enumerable.Range(0, PulseFeatures.Count).Select(i => all.Average(count => count[i]))];
        double[] spread = [.. means.Select((mean, i) => Math.Sqrt(all.Average(count => (count[i] - mean) * (count[i] - mean))) + 1e-9)];
        lessons = [.. lessons.Select(lesson => lesson with { Counts = [.. lesson.Counts.Select(count => count.Select((value, i) => (value - means[i]) / spread[i]).ToArray())] })];
        return spread;
    }
}
