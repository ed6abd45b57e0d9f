using DgxMusic.Dsp.Resampling;
using DgxMusic.Dsp.Tests.Spectrum;

namespace DgxMusic.Dsp.Tests.Resampling;

[Trait("Category", "Kernels")]
public sealed unsafe class PolyphaseKernelTests
{
    public static TheoryData<int, int> Rates => new() { { 44_100, 48_000 }, { 48_000, 44_100 }, { 44_100, 22_050 }, { 8_000, 48_000 }, { 96_000, 44_100 } };

    [Theory]
    [MemberData(nameof(Rates))]
    public void Run_AnyNumberOfLanes_EqualsOneLaneBitForBit(int inputRateHz, int outputRateHz)
    {
        var filter = new PolyphaseFilter(inputRateHz, outputRateHz, ResamplerQuality.High);
        using ExactKernel<OneLane> one = new(filter);
        using ExactKernel<VectorLanes> some = new(filter);
        using ExactKernel<WideLanes> wide = new(filter);
        float[] input = Dft.Noise(wide.ChunkInputs + filter.Taps, 1);
        float[] definition = [.. Enumerable.Range(0, wide.ChunkInputs / one.ChunkInputs).SelectMany(chunk => Outputs(one, filter, input.AsSpan(chunk * one.ChunkInputs)))];
        float[] vectors = [.. Enumerable.Range(0, wide.ChunkInputs / some.ChunkInputs).SelectMany(chunk => Outputs(some, filter, input.AsSpan(chunk * some.ChunkInputs)))];
        Assert.Equal(definition, vectors);
        Assert.Equal(definition, Outputs(wide, filter, input));
    }

    [Theory]
    [MemberData(nameof(Rates))]
    public void Run_Noise_EqualsDoubleSumWithinStatedBound(int inputRateHz, int outputRateHz)
    {
        var filter = new PolyphaseFilter(inputRateHz, outputRateHz, ResamplerQuality.High);
        using ExactKernel<VectorLanes> kernel = new(filter);
        float[] input = Dft.Noise(kernel.ChunkInputs + filter.Taps, 2), output = Outputs(kernel, filter, input);
        for (int k = 0; k < output.Length; k++)
        {
            int place = k * filter.Step;
            ReadOnlySpan<float> row = filter.Weights.Slice(place % filter.Phases * filter.Taps, filter.Taps);
            double sum = 0, size = 0;
            for (int tap = 0; tap < filter.Taps; tap++)
            {
                double term = (double)row[tap] * input[(place / filter.Phases) + tap];
                (sum, size) = (sum + term, size + Math.Abs(term));
            }

            Assert.InRange(Math.Abs(output[k] - sum), 0, filter.Taps / 2 * Math.Pow(2, -24) * size);
        }
    }

    [Fact]
    public void Dot_Noise_EqualsScalarBitForBit()
    {
        for (int taps = 16; taps <= 320; taps += 16)
        {
            float[] inputs = Dft.Noise(taps, taps);
            double[] weights = [.. Dft.Noise(taps, 5).Select(weight => weight / 3.0)];
            Assert.Equal(PreciseKernel.DotScalar(inputs, weights), PreciseKernel.Dot(inputs, weights));
        }
    }

    [Fact]
    public void FourRows_Noise_EqualsScalarWithinStatedBound()
    {
        const int taps = 208;
        float[] inputs = Dft.Noise(taps, 3), weights = Dft.Noise(4 * taps, 4);
        double[] fast = new double[4], plain = new double[4];
        fixed (float* x = inputs, w = weights)
        {
            InterpolatedKernel.FourRows(x, w, taps, fast);
            InterpolatedKernel.FourRowsScalar(x, w, taps, plain);
        }

        for (int row = 0; row < 4; row++)
        {
            double size = inputs.Select((input, i) => Math.Abs((double)input * weights[(row * taps) + i])).Sum();
            Assert.InRange(Math.Abs(fast[row] - plain[row]), 0, taps * Math.Pow(2, -24) * size);
        }
    }

    static float[] Outputs(IPolyphaseKernel kernel, PolyphaseFilter filter, ReadOnlySpan<float> input)
    {
        float[] output = new float[kernel.ChunkInputs / filter.Step * filter.Phases];
        kernel.Run(input[..(kernel.ChunkInputs + filter.Taps)], 0, output);
        return output;
    }
}
