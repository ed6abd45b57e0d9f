namespace DgxMusic.Tensors.Tests;

/// <summary>What every engine must do: each operation against its plain definition in double.</summary>
public abstract class EngineContract : IDisposable
{
    /// <summary>Relative L2. Sums of a few hundred products in float32 come to 1e-7 … 5e-7; an approximated GELU or a wrong epsilon to 1e-5 and more.</summary>
    protected const double Bound = 2e-6;

    IEngine? engine;

    protected IEngine Engine => engine ??= Create();

    protected abstract IEngine Create();

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

    [Fact]
    public void Linear_WrongInputs_Throws()
    {
        LinearWeights weights = Engine.Prepare(new LinearLayout(4, 2), Noise.Of(1, 2, 4));
        Assert.Throws<ArgumentException>(() => Engine.Linear(Of(1, 3, 5), weights));
        Assert.Throws<ArgumentException>(() => Engine.Prepare(new LinearLayout(4, 2), Noise.Of(1, 7)));
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

    public static TheoryData<ConvLayout, int, int, int> Convs => new()
    {
        { ConvLayout.Line(3, 5, kernel: 1), 2, 1, 50 },
        { ConvLayout.Line(6, 12, kernel: 3, padding: 2, dilation: 2), 1, 1, 61 },
        { ConvLayout.Line(2, 9, kernel: 8, stride: 4, padding: 2), 2, 1, 203 },
        { ConvLayout.Line(40, 16, kernel: 7, padding: 3), 1, 1, 100 },
        { ConvLayout.Plane(4, 10, new(8, 1), new(4, 1), new(2, 0)), 2, 32, 21 },
        { ConvLayout.Plane(5, 6, new(3, 3), padding: new(1, 1)), 2, 7, 53 },
        { ConvLayout.Plane(3, 8, new(1, 3), padding: new(0, 2), dilation: new(1, 2)), 1, 5, 48 },
        { ConvLayout.Plane(2, 3, new(2, 3), new(2, 3), new(1, 1), new(2, 1)), 1, 9, 14 },
        { ConvLayout.Plane(7, 11, new(1, 1)), 1, 3, 200 },
    };

    [Theory]
    [MemberData(nameof(Convs))]
    public void Conv_AnyLayout_MatchesDefinition(ConvLayout layout, int batch, int height, int width)
    {
        float[] x = Noise.Of(1, batch, layout.Inputs, height, width), bias = Noise.Of(3, layout.Outputs);
        float[] weight = Noise.Of(2, layout.Outputs, layout.Inputs, layout.Kernel.Height, layout.Kernel.Width);
        ConvWeights weights = Engine.Prepare(layout, weight, bias);
        double[] expected = Plain.Conv(x, batch, height, width, layout, weight, bias);
        AssertClose(expected, Engine.Conv(Engine.Upload(x, batch, layout.Inputs, height, width), weights));
        if (height == 1) AssertClose(expected, Engine.Conv(Engine.Upload(x, batch, layout.Inputs, width), weights));
        if (layout.Outputs % 2 == 0)
            AssertClose(Plain.Gated(expected, batch, layout.Outputs), Engine.Conv(Engine.Upload(x, batch, layout.Inputs, height, width), weights, Activation.Glu));
    }

    [Fact]
    public void Conv_Finished_ActivatesThenScalesThenAdds()
    {
        ConvLayout layout = ConvLayout.Line(5, 12, kernel: 3, padding: 1);
        float[] x = Noise.Of(1, 2, 5, 70), weight = Noise.Of(2, 12, 5, 3), bias = Noise.Of(3, 12), scale = Noise.Of(4, 12), residual = Noise.Of(5, 2, 12, 70);
        double[] plain = [.. Plain.Conv(x, 2, 1, 70, layout, weight, bias).Select(value => Plain.Activated(Activation.Gelu, value))];
        Tensor actual = Engine.Conv(
            Engine.Upload(x, 2, 5, 70), Engine.Prepare(layout, weight, bias), new(Activation.Gelu, Engine.Upload(scale, 12), Engine.Upload(residual, 2, 12, 70)));
        AssertClose([.. plain.Select((value, i) => (value * scale[i / 70 % 12]) + residual[i])], actual);
    }

    [Theory]
    [InlineData(6, 3, 8, 4, 20, 1)]
    [InlineData(4, 5, 8, 4, 9, 13)]
    [InlineData(3, 2, 16, 8, 11, 1)]
    [InlineData(3, 2, 5, 2, 11, 1)]
    [InlineData(2, 7, 2, 3, 10, 4)]
    public void ConvTranspose_AnyLayout_MatchesDefinition(int inputs, int outputs, int kernel, int stride, int size, int width)
    {
        const int Batch = 2;
        var layout = new TransposedConvLayout(inputs, outputs, kernel, stride);
        float[] x = Noise.Of(1, Batch, inputs, size, width), weight = Noise.Of(2, inputs, outputs, kernel), bias = Noise.Of(3, outputs);
        double[] expected = Plain.ConvTranspose(x, Batch, size, width, layout, weight, bias);
        Tensor input = width == 1 ? Engine.Upload(x, Batch, inputs, size) : Engine.Upload(x, Batch, inputs, size, width);
        TransposedConvWeights weights = Engine.Prepare(layout, weight, bias);
        AssertClose(expected, Engine.ConvTranspose(input, weights));

        int whole = ((size - 1) * stride) + kernel, length = whole - 5;
        double[] kept = [.. expected.Where((_, i) => i / width % whole is var at && at >= 3 && at < 3 + length).Select(value => Plain.Activated(Activation.Gelu, value))];
        AssertClose(kept, Engine.ConvTranspose(input, weights, skip: 3, length, Activation.Gelu));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void GroupNorm_Item_MatchesDefinition(int groups)
    {
        const int Batch = 2, Channels = 8, Run = 9 * 700;   // several blocks of statistics
        float[] x = [.. Noise.Of(1, Batch, Channels, Run).Select(value => value + 3)], weight = Noise.Of(2, Channels), bias = Noise.Of(3, Channels);
        double[] expected = Plain.Norm(x, i => i / (Channels / groups * Run), i => i / Run % Channels, weight, bias, 1e-5);
        var norm = new NormWeights(Engine.Upload(weight, Channels), Engine.Upload(bias, Channels), 1e-5f);
        Tensor input = Engine.Upload(x, Batch, Channels, 9, 700);
        AssertClose(expected, Engine.GroupNorm(input, norm, groups));
        AssertClose([.. expected.Select(value => Plain.Activated(Activation.Gelu, value))], Engine.GroupNorm(input, norm, groups, finish: Activation.Gelu));
        AssertClose(Plain.Gated(expected, Batch, Channels), Engine.GroupNorm(input, norm, groups, finish: Activation.Glu));
    }

    [Fact]
    public void GroupNorm_Row_TreatsEachRowAsAnItem()
    {
        const int Batch = 2, Channels = 6, Height = 5, Width = 71;
        float[] x = Noise.Of(1, Batch, Channels, Height, Width), weight = Noise.Of(2, Channels), bias = Noise.Of(3, Channels), scale = Noise.Of(4, 3), residual = Noise.Of(5, Batch, 3, Height, Width);
        double[] expected = Plain.Norm(x, i => (i / Width % Height) + (i / (Width * Height * Channels) * Height), i => i / (Width * Height) % Channels, weight, bias, 1e-5);
        expected = [.. Plain.Gated(expected, Batch, Channels).Select((value, i) => (value * scale[i / (Width * Height) % 3]) + residual[i])];
        var norm = new NormWeights(Engine.Upload(weight, Channels), Engine.Upload(bias, Channels), 1e-5f);
        var finish = new Finish(Activation.Glu, Engine.Upload(scale, 3), Engine.Upload(residual, Batch, 3, Height, Width));
        AssertClose(expected, Engine.GroupNorm(Engine.Upload(x, Batch, Channels, Height, Width), norm, 1, NormSpan.Row, finish));
    }

    [Fact]
    public void GroupNorm_Tokens_TakesAllTokensTogether()
    {
        const int Batch = 2, Tokens = 300, Channels = 64;
        float[] x = Noise.Of(1, Batch, Tokens, Channels), weight = Noise.Of(2, Channels), bias = Noise.Of(3, Channels);
        double[] expected = Plain.Norm(x, i => i / (Tokens * Channels), i => i % Channels, weight, bias, 1e-5);
        var norm = new NormWeights(Engine.Upload(weight, Channels), Engine.Upload(bias, Channels), 1e-5f);
        AssertClose(expected, Engine.GroupNorm(Engine.Upload(x, Batch, Tokens, Channels), norm, 1, NormSpan.Tokens));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(515)]
    public void LayerNorm_Rows_MatchesDefinition(int width)
    {
        float[] x = [.. Noise.Of(1, 40, width).Select(value => (value * 0.1f) - 2)], weight = Noise.Of(2, width), bias = Noise.Of(3, width);
        double[] expected = Plain.Norm(x, i => i / width, i => i % width, weight, bias, 1e-5);
        // Values lie at 20 times their spread: a rounding of the mean's product weighs that much more.
        AssertClose(expected, Engine.LayerNorm(Engine.Upload(x, 40, width), new(Engine.Upload(weight, width), Engine.Upload(bias, width), 1e-5f)), 20 * Bound);
    }

    [Fact]
    public void RmsNorm_Rows_MatchesDefinition()
    {
        float[] x = Noise.Of(1, 7, 90), weight = Noise.Of(2, 90);
        double[] expected = [.. x.Select((value, i) => value / Math.Sqrt(x.Skip(i / 90 * 90).Take(90).Average(v => (double)v * v) + 1e-6) * weight[i % 90])];
        AssertClose(expected, Engine.RmsNorm(Engine.Upload(x, 7, 90), new(Engine.Upload(weight, 90), null, 1e-6f)));
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
        Assert.Throws<ArgumentException>(() => cache.Append(Engine.Slice(keys, 1, 0, 11), Engine.Slice(values, 1, 0, 11)));
    }

    [Fact]
    public void Lstm_Sequence_MatchesDefinition()
    {
        const int Batch = 2, Times = 12;
        var layout = new LstmLayout(10, 70);
        float[] x = Noise.Of(1, Batch, Times, 10), input = Noise.Of(2, 280, 10), hidden = [.. Noise.Of(3, 280, 70).Select(value => value * 0.2f)], bias = Noise.Of(4, 280);
        AssertClose(Plain.Lstm(x, Batch, Times, layout, input, hidden, bias), Engine.Lstm(Engine.Upload(x, Batch, Times, 10), Engine.Prepare(layout, input, hidden, bias)));
    }

    [Theory]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Elu)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.Tanh)]
    public void Activate_WideRange_MatchesDefinitionValueByValue(Activation activation)
    {
        float[] x = [0, -0f, 1e-20f, -1e-20f, .. Enumerable.Range(-12_000, 24_001).Select(i => i / 1000f), .. Noise.Of(1, 500).Select(value => value * 1e-3f), 30, 80, 100, 1e10f];
        float[] y = Engine.Activate(Engine.Upload(x, x.Length), activation, 0).ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            double expected = Plain.Activated(activation, x[i]);
            // A few roundings of 6e-8 each, relative to each value, however small.
            Assert.True(Math.Abs(y[i] - expected) <= (5e-7 * Math.Abs(expected)) + 1e-37, $"{activation}({x[i]}) = {y[i]}, not {expected}");
        }
    }

    [Fact]
    public void Activate_Glu_GatesFirstHalfBySecond()
    {
        float[] x = [.. Noise.Of(1, 2, 6, 5, 3).Select(value => value * 5)];
        AssertClose(Plain.Gated([.. x.Select(value => (double)value)], 2, 6), Engine.Activate(Engine.Upload(x, 2, 6, 5, 3), Activation.Glu));
        AssertClose(Plain.Gated([.. x.Select(value => (double)value)], 30, 6), Engine.Activate(Engine.Upload(x, 30, 6), Activation.Glu, -1));
        Assert.Throws<ArgumentException>(() => Engine.Activate(Of(1, 2, 5), Activation.Glu));
    }

    [Fact]
    public void Softmax_Rows_SumToOne()
    {
        float[] x = [.. Noise.Of(1, 9, 37).Select(value => value * 30)];
        double[] expected = [.. x.Select((value, i) => Math.Exp(value) / x.Skip(i / 37 * 37).Take(37).Sum(v => Math.Exp(v)))];
        AssertClose(expected, Engine.Softmax(Engine.Upload(x, 9, 37)));
    }

    [Fact]
    public void Embedding_Ids_AreRows()
    {
        float[] table = Noise.Of(1, 10, 4);
        Assert.Equal([.. table[12..16], .. table[0..4], .. table[36..40]], Engine.Embedding(Engine.Upload(table, 10, 4), [3, 0, 9]).ToArray());
        Assert.Throws<ArgumentException>(() => Engine.Embedding(Engine.Upload(table, 10, 4), [10]));
    }

    [Fact]
    public void Combine_Broadcast_RepeatsSizesOfOne()
    {
        float[] a = Noise.Of(1, 2, 3, 4, 5), b = Noise.Of(2, 3, 1, 5), c = Noise.Of(3, 2, 1, 1, 1), d = Noise.Of(4, 1, 3, 4, 1);
        Tensor x = Engine.Upload(a, 2, 3, 4, 5), y = Engine.Upload(b, 3, 1, 5), z = Engine.Upload(c, 2, 1, 1, 1), w = Engine.Upload(d, 1, 3, 4, 1);
        Assert.Equal(a.Select((value, i) => value + b[(i / 20 % 3 * 5) + (i % 5)]), (x + y).ToArray());
        Assert.Equal(a.Select((value, i) => b[(i / 20 % 3 * 5) + (i % 5)] - value), (y - x).ToArray());
        Assert.Equal(a.Select((value, i) => value / c[i / 60]), (x / z).ToArray());
        Assert.Equal(a.Select((value, i) => value * d[i / 5 % 12]), (x * w).ToArray());
        Assert.Equal(a.Select(value => value + value), (x + x).ToArray());
        Assert.Equal(a.Select(value => value * 3), (x * 3).ToArray());
        Assert.Throws<ArgumentException>(() => x + Of(1, 3, 2, 5));
    }

    [Fact]
    public void Moments_Items_AreMeanAndUnbiasedDeviation()
    {
        const int Count = 3 * 5000;
        float[] x = [.. Noise.Of(1, 2, Count).Select((value, i) => i < Count ? value + 100 : value * 1e-3f)];
        double[] means = [.. x.Chunk(Count).Select(item => item.Average(value => (double)value))];
        double[] deviations = [.. x.Chunk(Count).Select((item, b) => Math.Sqrt(item.Sum(value => (value - means[b]) * (value - means[b])) / (Count - 1)))];
        var (mean, deviation) = Engine.Moments(Engine.Upload(x, 2, 3, 5000));
        Assert.Equal([2, 1, 1], mean.Shape.ToArray());
        AssertClose(deviations, deviation);
        // The second item's mean is a hundredth of its spread; both must be right for themselves.
        float[] found = mean.ToArray();
        for (int item = 0; item < 2; item++) Assert.True(Math.Abs(found[item] - means[item]) <= Bound * (deviations[item] + Math.Abs(means[item])));
    }

    [Fact]
    public void Pad_BothModes_LengthensLastAxis()
    {
        Tensor x = Engine.Upload([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal([0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0], Engine.Pad(x, 1, 2).ToArray());
        Assert.Equal([3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5], Engine.Pad(x, 2, 1, PadMode.Reflect).ToArray());
        Assert.Throws<ArgumentException>(() => Engine.Pad(x, 3, 0, PadMode.Reflect));
    }

    [Fact]
    public void SliceAndConcat_AnyAxis_UndoEachOther()
    {
        float[] values = Noise.Of(1, 3, 4, 5);
        Tensor x = Engine.Upload(values, 3, 4, 5);
        for (int axis = 0; axis < 3; axis++)
        {
            Tensor first = Engine.Slice(x, axis, 0, 1), rest = Engine.Slice(x, axis, 1, x.Size(axis) - 1);
            Assert.Equal(x.Size(axis) - 1, rest.Size(axis));
            Assert.Equal(values, Engine.Concat(axis, first, rest).ToArray());
        }

        Assert.Equal(values.Where((_, i) => i / 5 % 4 is 1 or 2), Engine.Slice(x, 1, 1, 2).ToArray());
        Assert.Throws<ArgumentException>(() => Engine.Slice(x, 1, 3, 2));
    }

    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(0, 3, 2, 1)]
    [InlineData(0, 2, 1, 3)]
    [InlineData(2, 3, 0, 1)]
    public void Permute_Axes_MovesValues(params int[] axes)
    {
        int[] shape = [2, 3, 17, 35], steps = [3 * 17 * 35, 17 * 35, 35, 1];
        float[] values = Noise.Of(1, shape);
        Tensor moved = Engine.Permute(Engine.Upload(values, shape), axes);
        Assert.Equal(axes.Select(axis => shape[axis]), moved.Shape.ToArray());
        float[] actual = moved.ToArray();
        int at = 0;
        for (int a = 0; a < shape[axes[0]]; a++)
            for (int b = 0; b < shape[axes[1]]; b++)
                for (int c = 0; c < shape[axes[2]]; c++)
                    for (int d = 0; d < shape[axes[3]]; d++)
                        Assert.Equal(values[(a * steps[axes[0]]) + (b * steps[axes[1]]) + (c * steps[axes[2]]) + (d * steps[axes[3]])], actual[at++]);
    }

    [Fact]
    public void Stft_Noise_IsTheTransformsSum()
    {
        const int Size = 64, Hop = 16, Samples = 333;
        float[] x = Noise.Of(1, 1, 2, Samples);
        Tensor spectrum = Engine.Stft(Engine.Upload(x, 1, 2, Samples), Size, Hop);
        Assert.Equal([1, 2, 2, 33, 21], spectrum.Shape.ToArray());
        double[] expected = new double[spectrum.Length];
        for (int channel = 0; channel < 2; channel++)
        {
            for (int frame = 0; frame < 21; frame++)
            {
                double[] bins = Plain.Frame(x.AsSpan(channel * Samples, Samples), Size, Hop, frame);
                for (int i = 0; i < 66; i++) expected[(((channel * 66) + i) * 21) + frame] = bins[i];
            }
        }

        AssertClose(expected, spectrum);
    }

    [Theory]
    [InlineData(64, 16, 333)]
    [InlineData(4096, 1024, 20_000)]
    public void InverseStft_OfStft_GivesSignalBack(int size, int hop, int samples)
    {
        float[] x = Noise.Of(1, 1, 2, samples);
        Tensor back = Engine.InverseStft(Engine.Stft(Engine.Upload(x, 1, 2, samples), size, hop), hop, samples);
        AssertClose([.. x.Select(value => (double)value)], back);
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
