using System.Globalization;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;
using Sums = System.Numerics.Tensors.TensorPrimitives;

namespace DgxMusic.Benchmarks;

/// <summary>
/// One token of a decoder of musicgen-small's size (24 layers of 1024 channels, two items for guidance): all its weights are read for two rows, so it is as fast as memory is.
/// The same step of PyTorch, in float32, runs beside it.
/// </summary>
static class StepSpeed
{
    static readonly int threads = Environment.ProcessorCount;

    public static IEnumerable<Measurement> Run()
    {
        Measurement memory = PlainSum();
        yield return memory;
        foreach (WeightStorage storage in Enum.GetValues<WeightStorage>())
        {
            using var engine = new ManagedEngine(threads);
            CacheStorage cache = storage == WeightStorage.Float32 ? CacheStorage.Float32 : CacheStorage.BFloat16;
            using var step = new DecoderStep(engine, storage, cache, capacity: 1510);
            foreach (int tokens in (int[])[10, 250, 500, 1500]) yield return Step(step, tokens, memory.Median, storage, cache);
            yield return Clip(step, storage, cache);
        }
    }

    /// <summary>What memory gives: each thread sums a half of 1 GiB.</summary>
    static Measurement PlainSum()
    {
        const int length = 1 << 28;
        float[] values = new float[length];
        Array.Fill(values, 1);
        int share = length / threads;
        return Measurement.Of($"plain sum of 1 GiB, {threads} threads", "GB/s", () => length * 4 / 1e9 / Measurement.SecondsOf(() =>
            Parallel.For(0, threads, part => Sums.Sum<float>(values.AsSpan(part * share, share)))));
    }

    static Measurement Step(DecoderStep step, int tokens, double memory, WeightStorage storage, CacheStorage cache)
    {
        step.Fill(tokens - 1);
        string what = $"step after {tokens} tokens, weights {storage}, cache {cache}, {threads} threads";
        Func<int, double> secondsOf = count => Measurement.SecondsOf(() =>
        {
            for (int i = 0; i < count; i++) step.Run(tokens - 1);
        }) / count;
        double gigabytes = (step.WeightBytes + step.CacheBytes(tokens)) / 1e9;
        if (storage != WeightStorage.Float32) return Told(Measurement.Of(what, "steps/s", () => 1 / secondsOf(10)), gigabytes, memory);
        return Told(Duel.Of(what, 1, 1, Opponent.OfTorchModel("decoder_step.py", $"{tokens}", threads), () => step.Run(tokens - 1), "steps/s", repeats: 5), gigabytes, memory);
    }

    static Measurement Told(Measurement measurement, double gigabytes, double memory)
    {
        double speed = measurement.Median * gigabytes;
        return measurement with { Beside = string.Create(CultureInfo.InvariantCulture, $"{speed:F1} GB/s, {100 * speed / memory:F0} % of plain reads; {measurement.Beside}") };
    }

    /// <summary>Ten seconds of music, from the first token on.</summary>
    static Measurement Clip(DecoderStep step, WeightStorage storage, CacheStorage cache)
    {
        const int tokens = 500;
        double seconds = Measurement.SecondsOf(() =>
        {
            for (int token = 0; token < tokens; token++) step.Run(token);
        });
        return new($"mean of {tokens} steps from the first, weights {storage}, cache {cache}, {threads} threads", [tokens / seconds], "steps/s");
    }
}

/// <summary>The layers of the step, with weights of noise: the work is the same, the music is not.</summary>
sealed class DecoderStep : IDisposable
{
    const int Layers = 24, Width = 1024, Heads = 16, Items = 2, Inner = 4096, Logits = 4 * 2048, Told = 32;

    readonly ManagedEngine engine;
    readonly Layer[] layers;
    readonly NormWeights norm;
    readonly LinearWeights logits;
    readonly Tensor token;
    readonly CacheStorage storage;

    internal DecoderStep(ManagedEngine engine, WeightStorage weights, CacheStorage storage, int capacity)
    {
        (this.engine, this.storage) = (engine, storage);
        float[] noise = [.. FullSizeWeights.Noise(Width * Logits / 2).Select(value => value * 0.3f)];
        norm = new(Of(Width), Of(Width), 1e-5f);
        token = engine.Upload(noise.AsSpan(0, Items * Width), Items, 1, Width);
        layers = [.. Enumerable.Range(0, Layers).Select(_ => new Layer(
            norm, Linear(Width, 3 * Width), Linear(Width, Width), engine.CreateCache(Items, Heads, Width, capacity, storage),
            norm, Linear(Width, Width), Linear(Width, Width), engine.CreateCache(Items, Heads, Width, Told, storage), norm, Linear(Width, Inner), Linear(Inner, Width)))];
        logits = Linear(Width, Logits);
        WeightBytes = ((Layers * 14L * Width * Width) + (Width * Logits)) * (weights == WeightStorage.Float32 ? 4 : weights == WeightStorage.BFloat16 ? 2 : 1);
        foreach (Layer layer in layers) layer.Condition.Append(Of(Items, Told, Width), Of(Items, Told, Width));

        Tensor Of(params int[] shape) => engine.Upload(noise.AsSpan(0, shape.Aggregate(1, (product, size) => product * size)), shape);
        LinearWeights Linear(int inputs, int outputs) => engine.Prepare(new(inputs, outputs), noise.AsSpan(0, inputs * outputs), noise.AsSpan(0, outputs), weights);
    }

    internal long WeightBytes { get; }

    internal long CacheBytes(int tokens) => 2L * Layers * Items * (tokens + Told) * Width * (storage == CacheStorage.Float32 ? 4 : 2);

    internal void Fill(int tokens)
    {
        using ITensorScope scope = engine.Scope();
        Tensor some = engine.Upload(FullSizeWeights.Noise(tokens * Width), Items, tokens, Width);
        foreach (Layer layer in layers)
        {
            layer.Memory.Truncate(0);
            layer.Memory.Append(some, some);
        }
    }

    /// <summary>One token after the first ones of the caches.</summary>
    internal void Run(int tokens)
    {
        using ITensorScope scope = engine.Scope();
        Tensor x = token;
        foreach (Layer layer in layers)
        {
            layer.Memory.Truncate(tokens);
            x = layer.Forward(engine, x);
        }

        engine.Linear(engine.LayerNorm(x, norm), logits);
    }

    public void Dispose()
    {
        foreach (Layer layer in layers)
        {
            layer.Memory.Dispose();
            layer.Condition.Dispose();
        }
    }

    sealed record Layer(
        NormWeights SelfNorm, LinearWeights All, LinearWeights Out, KeyValueCache Memory,
        NormWeights CrossNorm, LinearWeights CrossQuery, LinearWeights CrossOut, KeyValueCache Condition, NormWeights LastNorm, LinearWeights First, LinearWeights Second)
    {
        internal Tensor Forward(ManagedEngine engine, Tensor x)
        {
            Tensor all = engine.Linear(engine.LayerNorm(x, SelfNorm), All);
            Memory.Append(engine.Slice(all, 2, Width, Width), engine.Slice(all, 2, 2 * Width, Width));
            Tensor seen = engine.Attention(engine.Slice(all, 2, 0, Width), Memory, new(Heads, Causal: true));
            x = engine.Linear(seen, Out, new(Residual: x));
            seen = engine.Attention(engine.Linear(engine.LayerNorm(x, CrossNorm), CrossQuery), Condition, new(Heads));
            x = engine.Linear(seen, CrossOut, new(Residual: x));
            return engine.Linear(engine.Linear(engine.LayerNorm(x, LastNorm), First, Activation.Gelu), Second, new(Residual: x));
        }
    }
}
