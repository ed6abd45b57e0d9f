namespace DgxMusic.Tensors.Tests;

public abstract partial class EngineContract
{
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
            // A few roundings of 6e-8 each, relative to each value.
            Assert.True(Math.Abs(y[i] - expected) <= (5e-7 * Math.Abs(expected)) + ActivationFloor(x[i]), $"{activation}({x[i]}) = {y[i]}, not {expected}");
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
}
