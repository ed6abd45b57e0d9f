namespace DgxMusic.Tensors.Tests;

public sealed class StoredWeightsTests
{
    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1.00390625f, 1f)]            // half way between 1 and 1 + 2⁻⁷: 1 is even
    [InlineData(1.01171875f, 1.015625f)]     // half way between odd and even
    [InlineData(1.0039064f, 1.0078125f)]
    [InlineData(-3.1415927f, -3.140625f)]
    [InlineData(-0f, -0f)]
    [InlineData(3.4e38f, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void ToBFloat16_Value_IsTheNearestHalvesToEven(float value, float expected) =>
        Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(StoredWeights.FromBFloat16(StoredWeights.ToBFloat16(value))));

    [Fact]
    public void ToInt8_AnyBlock_StaysWithinHalfAStep()
    {
        sbyte[] steps = new sbyte[StoredWeights.Int8Block];
        for (int seed = 0; seed < 200; seed++)
        {
            float[] block = [.. Noise.Of(seed, 1 + (seed % StoredWeights.Int8Block)).Select(value => value * MathF.Pow(10, (seed % 30) - 20))];
            float step = StoredWeights.ToInt8(block, steps);
            // The quotient is rounded to float: 127 · 2⁻²⁴ of a step, and a little for the step itself.
            for (int i = 0; i < block.Length; i++) Assert.True(Math.Abs(block[i] - ((double)step * steps[i])) <= step * (0.5 + 2e-5), $"seed {seed}: {block[i]} became {steps[i]} · {step}");
            Assert.Contains((sbyte)127, steps.AsSpan(0, block.Length).ToArray().Select(Math.Abs));
        }
    }

    [Fact]
    public void ToInt8_Zeros_HaveNoStep()
    {
        sbyte[] steps = [1, 1, 1];
        Assert.Equal(0, StoredWeights.ToInt8([0, -0f, 1e-44f], steps));
        Assert.Equal([0, 0, 0], steps);
        Assert.Equal(1, StoredWeights.ToInt8([-127, 63.5f, 62.5f], steps));
        Assert.Equal([-127, 64, 62], steps);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ToInt8_NotFinite_IsRefused(float weight) => Assert.Throws<ArgumentException>(() => StoredWeights.ToInt8([1, weight], new sbyte[2]));
}
