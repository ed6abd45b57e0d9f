using System.Numerics.Tensors;

namespace DgxMusic.Dsp.Spectrum;

/// <summary>
/// Discrete Fourier transform of a complex signal whose length is a power of two: X[k] = Σ x[n] e^(-2πi kn/N).
/// Stockham's self-sorting radix-4 (Van Loan, Computational Frameworks for the FFT, 1992, §1.7): no bit reversal, every pass reads and writes in order.
/// </summary>
/// <remarks>A plan owns its twiddles and its scratch: running it allocates nothing, and one thread may run it at a time.</remarks>
public sealed class ComplexFft
{
    readonly float[][] twiddles;
    readonly float[] scratchReal;
    readonly float[] scratchImaginary;

    /// <param name="size">N, a power of two from 1 to 2²⁴.</param>
    public ComplexFft(int size)
    {
        if (!int.IsPow2(size) || size > 1 << 24) throw new ArgumentOutOfRangeException(nameof(size), size, "The size is a power of two from 1 to 2^24.");
        Size = size;
        (scratchReal, scratchImaginary) = (new float[size], new float[size]);
        var stages = new List<float[]>();
        for (int length = size; length >= 4; length /= 4) stages.Add(TwiddlesOf(length));
        twiddles = [.. stages];
    }

    public int Size { get; }

    /// <summary>Transforms in place. Relative RMS error below 1e-7 · log₂ N; finite in, finite out while Σ|x| stays in range.</summary>
    /// <param name="real">Length N.</param>
    /// <param name="imaginary">Length N.</param>
    public void Forward(Span<float> real, Span<float> imaginary)
    {
        Check(real, imaginary);
        Transform(real, imaginary, FftPass.Radix4, FftPass.Radix2);
    }

    /// <summary>The inverse of <see cref="Forward"/>, scaled by 1/N.</summary>
    public void Inverse(Span<float> real, Span<float> imaginary)
    {
        Check(real, imaginary);
        Transform(imaginary, real, FftPass.Radix4, FftPass.Radix2);   // conj(F(conj x)) = swap(F(swap x))
        TensorPrimitives.Multiply(real, 1f / Size, real);
        TensorPrimitives.Multiply(imaginary, 1f / Size, imaginary);
    }

    /// <summary>The definition of <see cref="Forward"/>: the same passes, one butterfly at a time.</summary>
    internal void ForwardScalar(Span<float> real, Span<float> imaginary)
    {
        Check(real, imaginary);
        Transform(real, imaginary, FftPass.Radix4Scalar, FftPass.Radix2Scalar);
    }

    void Transform(Span<float> real, Span<float> imaginary, FftPass.WithTwiddles radix4, FftPass.WithoutTwiddles radix2)
    {
        Span<float> fromReal = real, fromImaginary = imaginary, toReal = scratchReal, toImaginary = scratchImaginary;
        int stride = 1;
        foreach (float[] factors in twiddles)
        {
            radix4(fromReal, fromImaginary, toReal, toImaginary, factors, stride);
            stride *= 4;
            Swap(ref fromReal, ref toReal);
            Swap(ref fromImaginary, ref toImaginary);
        }

        if (stride < Size)
        {
            radix2(fromReal, fromImaginary, toReal, toImaginary);
            Swap(ref fromReal, ref toReal);
            Swap(ref fromImaginary, ref toImaginary);
        }

        bool endedInScratch = (twiddles.Length + (stride < Size ? 1 : 0)) % 2 == 1;
        if (!endedInScratch) return;
        fromReal.CopyTo(real);
        fromImaginary.CopyTo(imaginary);
    }

    static void Swap(ref Span<float> a, ref Span<float> b)
    {
        Span<float> kept = a;
        a = b;
        b = kept;
    }

    void Check(Span<float> real, Span<float> imaginary)
    {
        if (real.Length != Size || imaginary.Length != Size) throw new ArgumentException($"The plan is for {Size} values; there are {real.Length} and {imaginary.Length}.");
    }

    /// <summary>Cosines and sines of w, w² and w³ for every p below length/4, w = e^(-2πi p/length): six runs of length/4.</summary>
    static float[] TwiddlesOf(int length)
    {
        int quarter = length / 4;
        float[] factors = new float[6 * quarter];
        for (int power = 1; power <= 3; power++)
        {
            for (int p = 0; p < quarter; p++)
            {
                double angle = -2 * Math.PI * power * p / length;   // double: the rounding to float is then the only error
                factors[(((2 * power) - 2) * quarter) + p] = (float)Math.Cos(angle);
                factors[(((2 * power) - 1) * quarter) + p] = (float)Math.Sin(angle);
            }
        }

        return factors;
    }
}
