using DgxMusic.Dsp.Spectrum;

namespace DgxMusic.Dsp.Tests.Spectrum;

[Trait("Category", "Kernels")]
public sealed class ComplexFftTests
{
    public static TheoryData<int> Sizes => [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_Noise_EqualsDefinitionOfTransform(int size)
    {
        float[] real = Dft.Noise(size, 1), imaginary = Dft.Noise(size, 2);
        var (trueReal, trueImaginary) = Dft.Of(real, imaginary);
        new ComplexFft(size).Forward(real, imaginary);
        // Each of log₄ N passes adds a few roundings of 2⁻²⁵: the stated bound, with one unit for the smallest sizes.
        Assert.InRange(Dft.RelativeError(real, imaginary, trueReal, trueImaginary), 0, 1e-7 * Math.Max(1, Math.Log2(size)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    [InlineData(1 << 15)]
    [InlineData(1 << 16)]
    public void Forward_AnySize_EqualsScalarBitForBit(int size)
    {
        float[] real = Dft.Noise(size, 3), imaginary = Dft.Noise(size, 4), realScalar = [.. real], imaginaryScalar = [.. imaginary];
        var plan = new ComplexFft(size);
        plan.Forward(real, imaginary);
        plan.ForwardScalar(realScalar, imaginaryScalar);
        Assert.Equal(realScalar, real);
        Assert.Equal(imaginaryScalar, imaginary);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Inverse_OfForward_ReturnsSignal(int size)
    {
        float[] real = Dft.Noise(size, 5), imaginary = Dft.Noise(size, 6), wasReal = [.. real], wasImaginary = [.. imaginary];
        var plan = new ComplexFft(size);
        plan.Forward(real, imaginary);
        plan.Inverse(real, imaginary);
        for (int i = 0; i < size; i++)
        {
            Assert.Equal(wasReal[i], real[i], 2e-6f);   // two transforms of values up to 1: a few ulps of the RMS, five sigma
            Assert.Equal(wasImaginary[i], imaginary[i], 2e-6f);
        }
    }

    [Fact]
    public void Forward_UnitImpulse_IsFlat()
    {
        float[] real = new float[256], imaginary = new float[256];
        real[0] = 1;
        new ComplexFft(256).Forward(real, imaginary);
        Assert.All(real, value => Assert.Equal(1f, value));
        Assert.All(imaginary, value => Assert.Equal(0f, value));
    }

    [Fact]
    public void Forward_LargestPlans_KeepTone()
    {
        const int size = 1 << 18, bin = 12345;
        float[] real = [.. Enumerable.Range(0, size).Select(n => (float)Math.Cos(2 * Math.PI * bin * (double)n / size))], imaginary = new float[size];
        new ComplexFft(size).Forward(real, imaginary);
        Assert.Equal(size / 2f, real[bin], 0.05f);   // 2⁻²¹ relative
        Assert.Equal(size / 2f, real[size - bin], 0.05f);
        Assert.InRange(real.Where((_, k) => k != bin && k != size - bin).Max(Math.Abs), 0, 0.1f);   // -122 dB: rounding of the tone itself
    }

    [Fact]
    public void Forward_Repeated_AllocatesNothing()
    {
        var plan = new ComplexFft(512);
        float[] real = Dft.Noise(512, 7), imaginary = Dft.Noise(512, 8);
        plan.Forward(real, imaginary);
        plan.Inverse(real, imaginary);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            plan.Forward(real, imaginary);
            plan.Inverse(real, imaginary);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4)]
    [InlineData(12)]
    public void Constructor_NoPowerOfTwo_Refuses(int size) => Assert.Throws<ArgumentOutOfRangeException>(() => new ComplexFft(size));

    [Fact]
    public void Forward_OtherLength_Refuses() => Assert.Throws<ArgumentException>(() => new ComplexFft(8).Forward(new float[8], new float[7]));
}
