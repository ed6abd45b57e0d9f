using System.Runtime.InteropServices;
using DgxMusic.Tensors.Kernels;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Tensors.Tests;

/// <summary>The same bits whatever the threads, the width of vectors, and how many rows go together.</summary>
[Trait("Category", "Kernels")]
public sealed class BitIdentityTests
{
    public static TheoryData<int> Threads => [1, 2, 3];

    public static TheoryData<WeightStorage, int> StoragesAndRows
    {
        get
        {
            var all = new TheoryData<WeightStorage, int>();
            foreach (WeightStorage storage in Enum.GetValues<WeightStorage>())
            {
                foreach (int rows in (int[])[1, 2, 3, 4, 5, 64]) all.Add(storage, rows);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Threads))]
    public void AllOperations_AnyThreads_GiveTheSameBits(int threads)
    {
        using var one = new ManagedEngine(1);
        using var many = new ManagedEngine(threads);
        AssertSame(Everything(one), Everything(many));
    }

    [Fact]
    public void AllOperations_EveryVectorWidth_EqualsDefinitionBitForBit()
    {
        using var plain = new ManagedEngine(1, KernelSet.Supported[^1]);
        IReadOnlyList<(string Name, float[] Values)> expected = Everything(plain);
        foreach (KernelSet kernels in KernelSet.Supported)
        {
            using var engine = new ManagedEngine(2, kernels);
            AssertSame(expected, Everything(engine));
        }
    }

    [Theory]
    [MemberData(nameof(StoragesAndRows))]
    public void Linear_RowsAlone_HaveTheBitsOfRowsTogether(WeightStorage storage, int rows)
    {
        const int All = 64, Inputs = 700, Outputs = 130;
        using var engine = new ManagedEngine(2);
        LinearWeights weights = engine.Prepare(new LinearLayout(Inputs, Outputs), Noise.Of(1, Outputs, Inputs), Noise.Of(2, Outputs), storage);
        Tensor x = engine.Upload(Noise.Of(3, All, Inputs), All, Inputs);
        float[] together = engine.Linear(x, weights, Activation.Gelu).ToArray();
        for (int first = 0; first + rows <= All; first += Math.Max(rows, 7))
            Assert.Equal(together[(first * Outputs)..((first + rows) * Outputs)], engine.Linear(engine.Slice(x, 0, first, rows), weights, Activation.Gelu).ToArray());
    }

    [Theory]
    [InlineData(CacheStorage.Float32, 32, 2)]
    [InlineData(CacheStorage.BFloat16, 32, 2)]
    [InlineData(CacheStorage.Float32, 21, 1)]    // a head of 21 channels: tails of vectors
    [InlineData(CacheStorage.BFloat16, 24, 2)]
    [InlineData(CacheStorage.BFloat16, 128, 1)]
    public void Attention_InAnyPieces_HasTheBitsOfAllTokensAtOnce(CacheStorage storage, int channels, int heads)
    {
        const int Tokens = 270;   // over two borders of the blocks of keys
        using var engine = new ManagedEngine(2);
        Tensor q = Of(engine, 1, 2, Tokens, channels), k = Of(engine, 2, 2, Tokens, channels), v = Of(engine, 3, 2, Tokens, channels);
        using KeyValueCache whole = engine.CreateCache(2, heads, channels, Tokens, storage), cache = engine.CreateCache(2, heads, channels, Tokens, storage);
        whole.Append(k, v);
        Tensor together = engine.Attention(q, whole, new(heads, Causal: true));
        foreach (int most in (int[])[1, 2, 4, 5, 40])
        {
            cache.Truncate(0);
            for (int token = 0, piece = 1; token < Tokens; token += piece, piece = 1 + (token * 7 % most))
            {
                int count = Math.Min(piece, Tokens - token);
                cache.Append(engine.Slice(k, 1, token, count), engine.Slice(v, 1, token, count));
                Assert.Equal(
                    engine.Slice(together, 1, token, count).ToArray(), engine.Attention(engine.Slice(q, 1, token, count), cache, new(heads, Causal: true)).ToArray());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Attention_FewQueries_HaveTheBitsOfManyWithBias(int queries)
    {
        const int Tokens = 60, Keys = 150, Channels = 48, Heads = 3;
        using var engine = new ManagedEngine(2);
        Tensor q = Of(engine, 1, 2, Tokens, Channels), k = Of(engine, 2, 2, Keys, Channels), v = Of(engine, 3, 2, Keys, Channels), bias = Of(engine, 4, Heads, Tokens, Keys);
        Tensor together = engine.Attention(q, k, v, new(Heads, Bias: bias));
        for (int first = 0; first + queries <= Tokens; first += 11)
        {
            Tensor alone = engine.Attention(engine.Slice(q, 1, first, queries), k, v, new(Heads, Bias: engine.Slice(bias, 1, first, queries)));
            Assert.Equal(engine.Slice(together, 1, first, queries).ToArray(), alone.ToArray());
        }
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 55)]
    [InlineData(5, 300)]
    public void Lstm_CutAnywhereOrItemsAlone_HasTheBitsOfAllAtOnce(int batch, int hidden)
    {
        const int Times = 31, Inputs = 24;
        using var engine = new ManagedEngine(3);
        LstmWeights weights = engine.Prepare(new LstmLayout(Inputs, hidden), Noise.Of(6, 4 * hidden, Inputs), Noise.Of(7, 4 * hidden, hidden), Noise.Of(8, 4 * hidden));
        Tensor x = engine.Upload(Noise.Of(3, batch, Times, Inputs), batch, Times, Inputs);
        (Tensor together, LstmState last) = engine.Lstm(x, weights, null);
        LstmState? state = null;
        List<Tensor> parts = [];
        foreach ((int start, int count) in (ValueTuple<int, int>[])[(0, 1), (1, 0), (1, 9), (10, 20), (30, 1)])
        {
            (Tensor part, state) = engine.Lstm(engine.Slice(x, 1, start, count), weights, state);
            parts.Add(part);
        }

        Assert.Equal(together.ToArray(), engine.Concat(1, [.. parts]).ToArray());
        Assert.Equal(last.Hidden.ToArray(), state!.Hidden.ToArray());
        Assert.Equal(last.Cell.ToArray(), state.Cell.ToArray());
        for (int item = 0; item < batch; item++) Assert.Equal(engine.Slice(together, 0, item, 1).ToArray(), engine.Lstm(engine.Slice(x, 0, item, 1), weights).ToArray());
    }

    [Fact]
    public void Conv_ItemsAlone_HaveTheBitsOfItemsTogether()
    {
        using var engine = new ManagedEngine(3);
        ConvWeights weights = engine.Prepare(ConvLayout.Plane(40, 12, new(3, 3), padding: new(1, 1)), Noise.Of(1, 12, 40, 3, 3), Noise.Of(2, 12));
        Tensor x = engine.Upload(Noise.Of(3, 3, 40, 6, 30), 3, 40, 6, 30), together = engine.Conv(x, weights, Activation.Glu);
        for (int item = 0; item < 3; item++) Assert.Equal(engine.Slice(together, 0, item, 1).ToArray(), engine.Conv(engine.Slice(x, 0, item, 1), weights, Activation.Glu).ToArray());
    }

    static void AssertSame(IReadOnlyList<(string Name, float[] Values)> expected, IReadOnlyList<(string Name, float[] Values)> actual)
    {
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(MemoryMarshal.AsBytes<float>(expected[i].Values).SequenceEqual(MemoryMarshal.AsBytes<float>(actual[i].Values)), expected[i].Name);
        }
    }

    /// <summary>Every operation at sizes that leave tails in every direction.</summary>
    static List<(string Name, float[] Values)> Everything(ManagedEngine engine)
    {
        using ITensorScope scope = engine.Scope();
        var results = new List<(string, float[])>();
        Tensor x = Of(engine, 1, 2, 6, 9, 53), line = Of(engine, 2, 2, 6, 501), tokens = Of(engine, 3, 2, 77, 24);
        var norm = new NormWeights(Of(engine, 4, 6), Of(engine, 5, 6), 1e-5f);
        var tokenNorm = new NormWeights(Of(engine, 4, 24), Of(engine, 5, 24), 1e-5f);
        void Add(string name, Tensor tensor) => results.Add((name, tensor.ToArray()));
        foreach (Activation activation in (Activation[])[Activation.Gelu, Activation.Elu, Activation.Sigmoid, Activation.Tanh, Activation.Relu, Activation.Glu])
            Add($"{activation}", engine.Activate(x * 20, activation));
        Add("linear", engine.Linear(tokens, engine.Prepare(new LinearLayout(24, 131), Noise.Of(6, 131, 24), Noise.Of(7, 131)), Activation.Gelu));
        Add("deep linear", engine.Linear(line, engine.Prepare(new LinearLayout(501, 67), Noise.Of(6, 67, 501))));
        foreach (WeightStorage storage in Enum.GetValues<WeightStorage>())
        {
            LinearWeights weights = engine.Prepare(new LinearLayout(501, 131), Noise.Of(6, 131, 501), Noise.Of(7, 131), storage);
            Add($"linear of {storage}", engine.Linear(line, weights));
            for (int rows = 1; rows <= 5; rows++) Add($"linear of {storage}, {rows} rows", engine.Linear(engine.Slice(line.Reshape(12, 501), 0, 0, rows), weights, Activation.Gelu));
        }

        Add("matmul", engine.MatMul(tokens, tokens, transposed: true));
        Add("conv", engine.Conv(x, engine.Prepare(ConvLayout.Plane(6, 10, new(3, 3), padding: new(1, 1)), Noise.Of(6, 10, 6, 3, 3), Noise.Of(7, 10)), Activation.Glu));
        Add("strided conv", engine.Conv(line, engine.Prepare(ConvLayout.Line(6, 9, 8, 4, 2), Noise.Of(6, 9, 6, 8)), Activation.Gelu));
        Add("transposed conv", engine.ConvTranspose(line, engine.Prepare(new TransposedConvLayout(6, 5, 8, 4), Noise.Of(6, 6, 5, 8)), 2, 1000));
        Add("attention", engine.Attention(tokens, tokens, tokens, new(3)));
        Add("causal attention", engine.Attention(tokens, tokens, tokens, new(2, Causal: true)));
        foreach (int queries in (int[])[1, 3, 13]) Add($"attention of {queries}", engine.Attention(engine.Slice(tokens, 1, 9, queries), tokens, tokens, new(3)));
        foreach (CacheStorage storage in Enum.GetValues<CacheStorage>())
        {
            using KeyValueCache cache = engine.CreateCache(2, 2, 24, 80, storage);
            cache.Append(tokens, tokens * 3);
            foreach (int queries in (int[])[1, 3, 77]) Add($"{queries} queries to a cache of {storage}", engine.Attention(engine.Slice(tokens, 1, 0, queries), cache, new(2, Causal: true)));
        }

        Add("group norm", engine.GroupNorm(x, norm, 2, finish: Activation.Glu));
        Add("row norm", engine.GroupNorm(x, norm, 1, NormSpan.Row, Activation.Gelu));
        Add("token norm", engine.GroupNorm(tokens, tokenNorm, 1, NormSpan.Tokens));
        Add("layer norm", engine.LayerNorm(tokens, tokenNorm));
        Add("rms norm", engine.RmsNorm(tokens, tokenNorm));
        Add("softmax", engine.Softmax(tokens));
        Add("lstm", engine.Lstm(tokens, engine.Prepare(new LstmLayout(24, 55), Noise.Of(6, 220, 24), Noise.Of(7, 220, 55), Noise.Of(8, 220))));
        Add("memory", engine.Lstm(tokens, engine.Prepare(new LstmLayout(24, 55), Noise.Of(6, 220, 24), Noise.Of(7, 220, 55), Noise.Of(8, 220)), new(Of(engine, 9, 2, 55), Of(engine, 10, 2, 55))).After.Cell);
        Add("deviation", engine.Moments(x).Deviation);
        Add("spectrum", engine.Stft(line, 128, 32));
        Add("signal", engine.InverseStft(engine.Stft(line, 128, 32), 32, 501));
        return results;
    }

    static Tensor Of(ManagedEngine engine, int seed, params int[] shape) => engine.Upload(Noise.Of(seed, shape), shape);
}
