namespace DgxMusic.Tensors.Tests;

/// <summary>What every engine must do: each operation against its plain definition in double.</summary>
public abstract partial class EngineContract : IDisposable
{
    /// <summary>Relative L2. Sums of a few hundred products in float32 come to 1e-7 … 5e-7; an approximated GELU or a wrong epsilon to 1e-5 and more.</summary>
    protected const double Bound = 2e-6;

    IEngine? engine;

    protected IEngine Engine => engine ??= Create();

    protected abstract IEngine Create();

    /// <summary>What an activation of <paramref name="x"/> may be off beside its relative error: nothing, down to the smallest numbers, unless an engine says why.</summary>
    protected virtual double ActivationFloor(float x) => 1e-37;

    public void Dispose()
    {
        engine?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static void AssertClose(double[] expected, Tensor actual, double bound = Bound)
    {
        float[] values = actual.ToArray();
        Assert.Equal(expected.Length, values.Length);
        Assert.All(values, value => Assert.True(float.IsFinite(value)));
        double off = 0, size = 0;
        for (int i = 0; i < values.Length; i++)
        {
            off += (expected[i] - values[i]) * (expected[i] - values[i]);
            size += expected[i] * expected[i];
        }

        double relative = Math.Sqrt(off / Math.Max(size, 1e-30));
        Assert.True(relative <= bound, $"relative L2 {relative:G3} exceeds {bound:G3}");
    }

    protected Tensor Of(int seed, params int[] shape) => Engine.Upload(Noise.Of(seed, shape), shape);

    [Theory]
    [InlineData(1, 3, 2)]
    [InlineData(2, 17, 5)]
    [InlineData(7, 256, 48)]
    [InlineData(9, 600, 97)]
    [InlineData(100, 64, 130)]
    public void Linear_AnyShape_MatchesDefinition(int rows, int inputs, int outputs)
    {
        float[] x = Noise.Of(1, rows, inputs), weight = Noise.Of(2, outputs, inputs), bias = Noise.Of(3, outputs);
        LinearWeights weights = Engine.Prepare(new LinearLayout(inputs, outputs), weight, bias);
        AssertClose(Plain.Linear(x, weight, bias, inputs, outputs), Engine.Linear(Engine.Upload(x, rows, inputs), weights));
        AssertClose(Plain.Linear(x, weight, null, inputs, outputs), Engine.Linear(Engine.Upload(x, rows, inputs), Engine.Prepare(new LinearLayout(inputs, outputs), weight)));
    }

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.Relu)]
    public void Linear_Finished_ActivatesThenScalesThenAdds(Activation activation)
    {
        float[] x = Noise.Of(1, 11, 40), weight = Noise.Of(2, 70, 40), bias = Noise.Of(3, 70), scale = Noise.Of(4, 70), residual = Noise.Of(5, 11, 70);
        LinearWeights weights = Engine.Prepare(new LinearLayout(40, 70), weight, bias);
        double[] plain = [.. Plain.Linear(x, weight, bias, 40, 70).Select(value => Plain.Activated(activation, value))];
        Tensor input = Engine.Upload(x, 11, 40), added = Engine.Upload(residual, 11, 70), scaled = Engine.Upload(scale, 70);
        AssertClose(plain, Engine.Linear(input, weights, activation));
        AssertClose([.. plain.Select((value, i) => value + residual[i])], Engine.Linear(input, weights, new(activation, null, added)));
        AssertClose([.. plain.Select((value, i) => value * scale[i % 70])], Engine.Linear(input, weights, new(activation, scaled)));
        AssertClose([.. plain.Select((value, i) => (value * scale[i % 70]) + residual[i])], Engine.Linear(input, weights, new(activation, scaled, added)));
    }

    [Theory]
    [InlineData(WeightStorage.BFloat16, 1, 300, 97)]
    [InlineData(WeightStorage.BFloat16, 33, 64, 130)]
    [InlineData(WeightStorage.Int8, 1, 300, 97)]
    [InlineData(WeightStorage.Int8, 2, 128, 48)]
    [InlineData(WeightStorage.Int8, 33, 600, 130)]
    public void Linear_FewerBits_MatchesProductsOfRoundedWeights(WeightStorage storage, int rows, int inputs, int outputs)
    {
        float[] x = Noise.Of(1, rows, inputs), weight = Noise.Of(2, outputs, inputs), bias = Noise.Of(3, outputs);
        weight.AsSpan(0, inputs).Clear();
        double[] expected = Plain.Linear(x, storage == WeightStorage.Int8 ? Plain.ToInt8AndBack(weight, inputs) : Plain.ToBFloat16AndBack(weight), bias, inputs, outputs);
        AssertClose(expected, Engine.Linear(Engine.Upload(x, rows, inputs), Engine.Prepare(new LinearLayout(inputs, outputs), weight, bias, storage)));
    }

    [Fact]
    public void Linear_WrongInputs_Throws()
    {
        LinearWeights weights = Engine.Prepare(new LinearLayout(4, 2), Noise.Of(1, 2, 4));
        Assert.Throws<ArgumentException>(() => Engine.Linear(Of(1, 3, 5), weights));
        Assert.Throws<ArgumentException>(() => Engine.Prepare(new LinearLayout(4, 2), Noise.Of(1, 7)));
        Assert.Throws<ArgumentException>(() => Engine.Prepare(new LinearLayout(0, 2), []));
        Assert.Throws<ArgumentException>(() => Engine.Prepare(ConvLayout.Line(1, 1, 1, stride: 0), [1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MatMul_Batches_MatchesDefinition(bool transposed)
    {
        const int Batch = 3, Rows = 13, Depth = 37, Columns = 50;
        float[] a = Noise.Of(1, Batch, Rows, Depth), b = Noise.Of(2, Batch, Columns, Depth);
        double[] expected = [.. Enumerable.Range(0, Batch).SelectMany(item => Plain.Linear(a[(item * Rows * Depth)..((item + 1) * Rows * Depth)], b[(item * Columns * Depth)..((item + 1) * Columns * Depth)], null, Depth, Columns))];
        Tensor right = Engine.Upload(b, Batch, Columns, Depth);
        AssertClose(expected, Engine.MatMul(Engine.Upload(a, Batch, Rows, Depth), transposed ? right : Engine.Permute(right, 0, 2, 1), transposed));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 50, 50)]
    [InlineData(1, 7, 300)]
    [InlineData(1, 130, 129)]
    public void Attention_AnyLengths_MatchesDefinition(int batch, int queries, int keys)
    {
        const int Channels = 24, Heads = 2;
        float[] q = Noise.Of(1, batch, queries, Channels), k = [.. Noise.Of(2, batch, keys, Channels).Select(value => value * 8)], v = Noise.Of(3, batch, keys, Channels);
        Tensor actual = Engine.Attention(Engine.Upload(q, batch, queries, Channels), Engine.Upload(k, batch, keys, Channels), Engine.Upload(v, batch, keys, Channels), new(Heads));
        AssertClose(Plain.Attention(q, k, v, batch, queries, keys, Channels, Heads, 1 / Math.Sqrt(12), null, (_, _) => true), actual, 2 * Bound);
    }

    [Fact]
    public void Attention_BiasAndKeys_MatchesDefinition()
    {
        const int Tokens = 40, Channels = 48, Heads = 3, Seen = 30;
        float[] q = Noise.Of(1, 1, Tokens, Channels), k = Noise.Of(2, 1, Tokens, Channels), v = Noise.Of(3, 1, Tokens, Channels), bias = Noise.Of(4, Heads, Tokens, Tokens);
        Tensor actual = Engine.Attention(
            Engine.Upload(q, 1, Tokens, Channels), Engine.Upload(k, 1, Tokens, Channels), Engine.Upload(v, 1, Tokens, Channels),
            new(Heads, Scale: 1, Bias: Engine.Upload(bias, Heads, Tokens, Tokens)));
        AssertClose(Plain.Attention(q, k, v, 1, Tokens, Tokens, Channels, Heads, 1, bias, (_, _) => true), actual);
        Tensor masked = Engine.Attention(
            Engine.Upload(q, 1, Tokens, Channels), Engine.Upload(k, 1, Tokens, Channels), Engine.Upload(v, 1, Tokens, Channels), new(Heads, Scale: 1, Keys: Seen));
        AssertClose(Plain.Attention(q, k, v, 1, Tokens, Tokens, Channels, Heads, 1, null, (_, key) => key < Seen), masked);
    }

    [Fact]
    public void Attention_CausalThroughCache_MatchesDefinition()
    {
        const int Batch = 2, Tokens = 200, Channels = 32, Heads = 4;
        float[] q = Noise.Of(1, Batch, Tokens, Channels), k = Noise.Of(2, Batch, Tokens, Channels), v = Noise.Of(3, Batch, Tokens, Channels);
        double[] expected = Plain.Attention(q, k, v, Batch, Tokens, Tokens, Channels, Heads, 1 / Math.Sqrt(8), null, (query, key) => key <= query);
        Tensor queries = Engine.Upload(q, Batch, Tokens, Channels), keys = Engine.Upload(k, Batch, Tokens, Channels), values = Engine.Upload(v, Batch, Tokens, Channels);
        AssertClose(expected, Engine.Attention(queries, keys, values, new(Heads, Causal: true)));

        using KeyValueCache cache = Engine.CreateCache(Batch, Heads, Channels, capacity: 210);
        List<Tensor> parts = [];
        foreach ((int start, int count) in (ValueTuple<int, int>[])[(0, 150), (150, 1), (151, 1), (152, 48)])
        {
            cache.Append(Engine.Slice(keys, 1, start, count), Engine.Slice(values, 1, start, count));
            parts.Add(Engine.Attention(Engine.Slice(queries, 1, start, count), cache, new(Heads, Causal: true)));
        }

        AssertClose(expected, Engine.Concat(1, [.. parts]));
        cache.Truncate(150);
        cache.Append(Engine.Slice(keys, 1, 150, 1), Engine.Slice(values, 1, 150, 1));
        Assert.Equal(parts[1].ToArray(), Engine.Attention(Engine.Slice(queries, 1, 150, 1), cache, new(Heads, Causal: true)).ToArray());
        cache.Append(Engine.Slice(keys, 1, 151, 49), Engine.Slice(values, 1, 151, 49));
        Assert.Throws<ArgumentException>(() => cache.Append(Engine.Slice(keys, 1, 0, 11), Engine.Slice(values, 1, 0, 11)));
    }

    [Fact]
    public void Attention_CacheOfBFloat16_MatchesRoundedKeysAndValues()
    {
        const int Batch = 2, Tokens = 150, Channels = 24, Heads = 2;
        float[] q = Noise.Of(1, Batch, Tokens, Channels), k = Noise.Of(2, Batch, Tokens, Channels), v = Noise.Of(3, Batch, Tokens, Channels);
        float[] roundedK = Plain.ToBFloat16AndBack(k), roundedV = Plain.ToBFloat16AndBack(v);
        using KeyValueCache cache = Engine.CreateCache(Batch, Heads, Channels, Tokens, CacheStorage.BFloat16);
        cache.Append(Engine.Upload(k, Batch, Tokens, Channels), Engine.Upload(v, Batch, Tokens, Channels));
        AssertClose(
            Plain.Attention(q, roundedK, roundedV, Batch, Tokens, Tokens, Channels, Heads, 1 / Math.Sqrt(12), null, (query, key) => key <= query),
            Engine.Attention(Engine.Upload(q, Batch, Tokens, Channels), cache, new(Heads, Causal: true)));
    }

    [Fact]
    public void Scope_Closed_KeepsOnlyWhatWasKept()
    {
        Tensor outer = Of(1, 10), dead, kept;
        using (ITensorScope scope = Engine.Scope())
        {
            Tensor made = outer + 1;
            dead = made * 2;
            kept = scope.Keep(made.Reshape(2, 5));
        }

        Of(2, 10);   // would take over the memory
        Assert.Equal(Noise.Of(1, 10).Select(value => value + 1), kept.ToArray());
        Assert.Throws<ObjectDisposedException>(() => dead.ToArray());
        Assert.Equal(Noise.Of(1, 10), outer.ToArray());
    }

    [Fact]
    public void Scope_Drop_EndsItsOwnTensorsOnlyAndLeavesViews()
    {
        Tensor outside = Of(1, 4);
        using ITensorScope scope = Engine.Scope();
        Tensor made = Of(2, 4), view = made.Reshape(4, 1);
        float[] values = made.ToArray();
        scope.Drop(made);
        scope.Drop(outside);
        Assert.Throws<ObjectDisposedException>(() => made.ToArray());
        Assert.Equal(values, view.ToArray());
        Assert.Equal(4, outside.ToArray().Length);
    }

    [Fact]
    public void Scope_Nested_HandsToTheOuter()
    {
        Tensor kept;
        using (Engine.Scope())
        {
            using (ITensorScope inner = Engine.Scope()) kept = inner.Keep(Of(1, 4));
            Assert.Equal(4, kept.ToArray().Length);
        }

        Assert.Throws<ObjectDisposedException>(() => kept.ToArray());
    }

    [Fact]
    public void Tensor_OfAnotherEngine_IsRefused()
    {
        using IEngine other = Create();
        Assert.Throws<ArgumentException>(() => Engine.Add(Of(1, 3), other.Zeros(3)));
    }
}
