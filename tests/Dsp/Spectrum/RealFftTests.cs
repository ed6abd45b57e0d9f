using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Tests.Spectrum;

[Trait("Category", "Kernels")]
public sealed class RealFftTests
{
    public static TheoryData<int> Sizes => [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_Noise_EqualsDefinitionOfTransform(int size)
    {
        float[] signal = Dft.Noise(size, 1), real = new float[(size / 2) + 1], imaginary = new float[(size / 2) + 1];
        var (trueReal, trueImaginary) = Dft.Of(signal, new float[size]);
        new RealFft(size).Forward(signal, real, imaginary);
        Assert.InRange(Dft.RelativeError(real, imaginary, trueReal, trueImaginary), 0, 1e-7 * Math.Max(1, Math.Log2(size)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    [InlineData(1 << 16)]
    public void Forward_AnySize_EqualsScalarBitForBit(int size)
    {
        float[] signal = Dft.Noise(size, 2);
        var plan = new RealFft(size);
        float[] real = new float[plan.Bins], imaginary = new float[plan.Bins], realScalar = new float[plan.Bins], imaginaryScalar = new float[plan.Bins];
        plan.Forward(signal, real, imaginary);
        plan.ForwardScalar(signal, realScalar, imaginaryScalar);
        Assert.Equal(realScalar, real);
        Assert.Equal(imaginaryScalar, imaginary);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Inverse_AnySize_EqualsScalarBitForBit(int size)
    {
        var plan = new RealFft(size);
        float[] real = Dft.Noise(plan.Bins, 3), imaginary = Dft.Noise(plan.Bins, 4), signal = new float[size], signalScalar = new float[size];
        plan.Inverse(real, imaginary, signal);
        plan.InverseScalar(real, imaginary, signalScalar);
        Assert.Equal(signalScalar, signal);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Inverse_OfForward_ReturnsSignal(int size)
    {
        float[] signal = Dft.Noise(size, 5), again = new float[size];
        var plan = new RealFft(size);
        float[] real = new float[plan.Bins], imaginary = new float[plan.Bins];
        plan.Forward(signal, real, imaginary);
        plan.Inverse(real, imaginary, again);
        for (int i = 0; i < size; i++) Assert.Equal(signal[i], again[i], 2e-6f);   // two transforms of values up to 1: a few ulps of the RMS, five sigma
    }

    [Fact]
    public void Forward_Cosine_StandsInItsBinWithHalfOfN()
    {
        float[] signal = [.. Enumerable.Range(0, 64).Select(n => (float)Math.Cos(2 * Math.PI * 5 * n / 64))], real = new float[33], imaginary = new float[33];
        new RealFft(64).Forward(signal, real, imaginary);
        for (int k = 0; k < 33; k++) Assert.Equal(k == 5 ? 32f : 0f, real[k], 1e-5f);   // 64 roundings of 2⁻²⁵
    }

    [Fact]
    public void Forward_Repeated_AllocatesNothing()
    {
        var plan = new RealFft(1024);
        float[] signal = Dft.Noise(1024, 6), real = new float[513], imaginary = new float[513];
        plan.Forward(signal, real, imaginary);
        plan.Inverse(real, imaginary, signal);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            plan.Forward(signal, real, imaginary);
            plan.Inverse(real, imaginary, signal);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(48)]
    public void Constructor_NoPowerOfTwo_Refuses(int size) => Assert.Throws<ArgumentOutOfRangeException>(() => new RealFft(size));

    [Fact]
    public void Forward_OtherLength_Refuses() => Assert.Throws<ArgumentException>(() => new RealFft(8).Forward(new float[8], new float[4], new float[5]));
}
