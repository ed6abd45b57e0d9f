namespace DgxMusic.Tensors.Tests;

public abstract partial class EngineContract
{
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
}
