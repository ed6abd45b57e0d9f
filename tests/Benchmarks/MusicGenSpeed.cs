using System.Globalization;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>
/// Steps of musicgen-small's language model with guidance, sampling included, and what weights of fewer bits change. Steps are timed after so many positions;
/// a clip's time is the sum over its steps, between those timed in proportion. The positions between are taken in at once, which is what resuming costs.
/// </summary>
static class MusicGenSpeed
{
    const int TextWidth = 768, TextTokens = 32, StepsEach = 8, LongFrames = 1500, ShortFrames = 500, Compared = 40;
    static readonly int threads = Environment.ProcessorCount;
    static readonly int[] places = [0, 100, 250, 500, 1000, 1490];

    static LanguageModelConfig Small => FullSizeMusicGen.Small.Language;

    public static IEnumerable<Measurement> Run()
    {
        string path = Path.GetTempFileName();
        try
        {
            FullSizeWeights.Write(path, [.. FullSizeMusicGen.Language(Small, TextWidth)]);
            float[] exact = [];
            foreach ((WeightStorage weights, CacheStorage cache) in (ValueTuple<WeightStorage, CacheStorage>[])[
                (WeightStorage.Float32, CacheStorage.Float32), (WeightStorage.BFloat16, CacheStorage.BFloat16), (WeightStorage.Int8, CacheStorage.BFloat16)])
            {
                foreach (Measurement measurement in Of(path, weights, cache, logits => exact = exact.Length == 0 ? logits : exact)) yield return measurement;
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    static IEnumerable<Measurement> Of(string path, WeightStorage storage, CacheStorage cache, Func<float[], float[]> exactOr)
    {
        string how = $"musicgen-small, weights {storage}, cache {cache}, {threads} threads";
        using var engine = new ManagedEngine(threads);
        LanguageModel? model = null;
        double loading = Measurement.SecondsOf(() => model = Load(engine, path, storage, cache));
        yield return new($"{how}, load", [loading], "s");
        using Condition condition = model!.Read(engine.Upload(FullSizeWeights.Noise(TextTokens * TextWidth / 2).AsSpan(), TextTokens, TextWidth));

        float[] logits = Logits(model, condition), exact = exactOr(logits);
        if (storage != WeightStorage.Float32) yield return Distance(how, logits, exact);

        var steps = new List<(int Position, double[] Seconds)>();
        using var state = new LanguageModelState(model, condition, 3, LongFrames + 3);
        var sampler = new CodeSampler(new(), new Chance(1).At);
        foreach (int place in places)
        {
            int from = state.Positions;
            double seconds = Measurement.SecondsOf(() => state.Prefill(Tokens(from, place)));
            if (place - from >= 250) yield return new($"{how}, positions {from} to {place} at once", [(place - from) / seconds], "positions/s");
            steps.Add((place, [.. Enumerable.Range(0, StepsEach).Select(_ => SecondsOfStep(state, sampler))]));
            yield return new($"{how}, step after {place} positions", [.. steps[^1].Seconds.Select(step => 1 / step)], "steps/s");
        }

        foreach (int frames in (int[])[ShortFrames, LongFrames])
        {
            double seconds = ClipSeconds(steps, frames + 3);
            string beside = string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s for {frames / 50} s of music, {seconds / frames * 50:F2} s a second");
            yield return new($"{how}, {frames} frames", [(frames + 3) / seconds], "steps/s", beside);
        }
    }

    static LanguageModel Load(ManagedEngine engine, string path, WeightStorage storage, CacheStorage cache)
    {
        using WeightFile file = WeightFile.Open(path);
        return new(new Parameters(engine, file), Small, TextWidth, storage, cache);
    }

    static double SecondsOfStep(LanguageModelState state, CodeSampler sampler) => Measurement.SecondsOf(() =>
    {
        float[] logits = new float[Small.Codebooks * Small.Codes];
        state.Step(Tokens(state.Positions, state.Positions + 1), logits);
        for (int codebook = 0; codebook < Small.Codebooks; codebook++) sampler.Choose(logits.AsSpan(codebook * Small.Codes, Small.Codes), state.Positions, codebook);
    });

    /// <summary>Median of each place, straight lines between them.</summary>
    static double ClipSeconds(List<(int Position, double[] Seconds)> steps, int count)
    {
        double sum = 0;
        for (int step = 0; step < count; step++)
        {
            int after = Math.Max(1, steps.FindIndex(place => place.Position >= step));
            if (step > steps[^1].Position) after = steps.Count - 1;
            double along = Math.Min(1, (double)(step - steps[after - 1].Position) / (steps[after].Position - steps[after - 1].Position));
            sum += (Middle(after - 1) * (1 - along)) + (Middle(after) * along);
        }

        return sum;

        double Middle(int place) => steps[place].Seconds.Order().ElementAt(StepsEach / 2);
    }

    /// <summary>Of the first positions of some music, with the text and without.</summary>
    static float[] Logits(LanguageModel model, Condition condition)
    {
        using ITensorScope scope = model.Engine.Scope();
        using var state = new LanguageModelState(model, condition, 3, Compared);
        return model.Logits(state.Forward(Tokens(0, Compared))).ToArray();
    }

    static Measurement Distance(string how, float[] logits, float[] exact)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < exact.Length; i++) (difference, size) = (difference + Math.Pow((double)logits[i] - exact[i], 2), size + Math.Pow(exact[i], 2));
        int choices = exact.Length / Small.Codes;
        int same = Enumerable.Range(0, choices).Count(n => Likeliest(logits, n) == Likeliest(exact, n));
        string beside = string.Create(CultureInfo.InvariantCulture, $"of weights by formula; the likeliest code is the same in {100.0 * same / choices:F1} % of {choices}");
        return new($"{how}, logits from those of float32", [Math.Sqrt(difference / size)], "relative L2", beside);
    }

    static int Likeliest(float[] logits, int choice)
    {
        ReadOnlySpan<float> of = logits.AsSpan(choice * Small.Codes, Small.Codes);
        return System.Numerics.Tensors.TensorPrimitives.IndexOfMax(of);
    }

    /// <summary>Anything that is no pad.</summary>
    static int[] Tokens(int from, int to) =>
        [.. Enumerable.Range(from * Small.Codebooks, (to - from) * Small.Codebooks).Select(n => (int)(new Chance(2).At(n, 0) * Small.Codes))];
}
