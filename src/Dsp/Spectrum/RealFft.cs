using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Spectrum;

/// <summary>
/// Discrete Fourier transform of a real signal, by a complex transform of half its length
/// (Press et al., Numerical Recipes, 3rd ed., §12.3). Bins 0 … N/2 are given; the others are their conjugates.
/// </summary>
/// <remarks>A plan owns its twiddles and its scratch: running it allocates nothing, and one thread may run it at a time.</remarks>
public sealed class RealFft
{
    readonly ComplexFft half;
    readonly float[] evens;
    readonly float[] odds;
    readonly float[] cosines;
    readonly float[] sines;

    /// <param name="size">N, a power of two from 2 to 2²⁴.</param>
    public RealFft(int size)
    {
        if (!int.IsPow2(size) || size is < 2 or > 1 << 24) throw new ArgumentOutOfRangeException(nameof(size), size, "The size is a power of two from 2 to 2^24.");
        Size = size;
        half = new ComplexFft(size / 2);
        (evens, odds) = (new float[size / 2], new float[size / 2]);
        cosines = [.. Enumerable.Range(0, size / 2).Select(k => (float)Math.Cos(2 * Math.PI * k / size))];
        sines = [.. Enumerable.Range(0, size / 2).Select(k => (float)Math.Sin(2 * Math.PI * k / size))];
    }

    public int Size { get; }

    /// <summary>N/2 + 1: from 0 Hz to the Nyquist frequency, both included.</summary>
    public int Bins => (Size / 2) + 1;

    /// <summary>X[k] = Σ x[n] e^(-2πi kn/N), unscaled. Relative RMS error below 1e-7 · log₂ N.</summary>
    /// <param name="signal">Length N.</param>
    /// <param name="real">Length N/2 + 1.</param>
    /// <param name="imaginary">Length N/2 + 1; 0 at both ends.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(ReadOnlySpan<float> signal, Span<float> real, Span<float> imaginary)
    {
        Check(signal.Length, real, imaginary);
        SplitEvensAndOdds(signal);
        half.Forward(evens, odds);
        int last = half.Size;
        (real[0], imaginary[0], real[last], imaginary[last]) = (evens[0] + odds[0], 0f, evens[0] - odds[0], 0f);
        int k = 1;
        for (; Vector.IsHardwareAccelerated && Vector128.IsHardwareAccelerated && k <= last - 4; k += 4) JoinFour(real, imaginary, k);
        JoinScalar(real, imaginary, k);
    }

    /// <summary>The inverse of <see cref="Forward"/>, scaled by 1/N. Imaginary parts at both ends are taken as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Inverse(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, Span<float> signal)
    {
        Check(signal.Length, real, imaginary);
        int last = half.Size;
        (evens[0], odds[0]) = ((real[0] + real[last]) / 2, (real[0] - real[last]) / 2);
        int k = 1;
        for (; Vector.IsHardwareAccelerated && Vector128.IsHardwareAccelerated && k <= last - 4; k += 4) PartFour(real, imaginary, k);
        PartScalar(real, imaginary, k);
        half.Inverse(evens, odds);
        MergeEvensAndOdds(signal);
    }

    /// <summary>The definition of <see cref="Forward"/>: the same steps, one value at a time.</summary>
    internal void ForwardScalar(ReadOnlySpan<float> signal, Span<float> real, Span<float> imaginary)
    {
        Check(signal.Length, real, imaginary);
        for (int i = 0; i < half.Size; i++) (evens[i], odds[i]) = (signal[2 * i], signal[(2 * i) + 1]);
        half.ForwardScalar(evens, odds);
        int last = half.Size;
        (real[0], imaginary[0], real[last], imaginary[last]) = (evens[0] + odds[0], 0f, evens[0] - odds[0], 0f);
        JoinScalar(real, imaginary, 1);
    }

    /// <summary>The definition of <see cref="Inverse"/>.</summary>
    internal void InverseScalar(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, Span<float> signal)
    {
        Check(signal.Length, real, imaginary);
        int last = half.Size;
        (evens[0], odds[0]) = ((real[0] + real[last]) / 2, (real[0] - real[last]) / 2);
        PartScalar(real, imaginary, 1);
        half.ForwardScalar(odds, evens);
        for (int i = 0; i < half.Size; i++) (signal[2 * i], signal[(2 * i) + 1]) = (evens[i] * (1f / half.Size), odds[i] * (1f / half.Size));
    }

    // With Z the transform of even + i·odd samples and m = N/2 - k: E = (Z[k] + Z*[m])/2, O = -i(Z[k] - Z*[m])/2, X[k] = E + e^(-2πi k/N) O.
    void JoinScalar(Span<float> real, Span<float> imaginary, int start)
    {
        for (int k = start; k < half.Size; k++)
        {
            int m = half.Size - k;
            float evenR = (evens[k] + evens[m]) * 0.5f, evenI = (odds[k] - odds[m]) * 0.5f;
            float oddR = (odds[k] + odds[m]) * 0.5f, oddI = (evens[m] - evens[k]) * 0.5f;
            real[k] = evenR + ((cosines[k] * oddR) + (sines[k] * oddI));
            imaginary[k] = evenI + ((cosines[k] * oddI) - (sines[k] * oddR));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void JoinFour(Span<float> real, Span<float> imaginary, int k)
    {
        Vector128<float> halfOf = Vector128.Create(0.5f), cosine = Four(cosines, k), sine = Four(sines, k);
        Vector128<float> zR = Four(evens, k), zI = Four(odds, k), mR = FourBackwards(evens, half.Size - k), mI = FourBackwards(odds, half.Size - k);
        Vector128<float> evenR = (zR + mR) * halfOf, evenI = (zI - mI) * halfOf, oddR = (zI + mI) * halfOf, oddI = (mR - zR) * halfOf;
        (evenR + ((cosine * oddR) + (sine * oddI))).CopyTo(real[k..]);
        (evenI + ((cosine * oddI) - (sine * oddR))).CopyTo(imaginary[k..]);
    }

    // The way back: E = (X[k] + X*[m])/2, O = (X[k] - X*[m])/2 · e^(2πi k/N), Z[k] = E + i O.
    void PartScalar(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, int start)
    {
        for (int k = start; k < half.Size; k++)
        {
            int m = half.Size - k;
            float evenR = (real[k] + real[m]) * 0.5f, evenI = (imaginary[k] - imaginary[m]) * 0.5f;
            float difR = (real[k] - real[m]) * 0.5f, difI = (imaginary[k] + imaginary[m]) * 0.5f;
            evens[k] = evenR - ((difI * cosines[k]) + (difR * sines[k]));
            odds[k] = evenI + ((difR * cosines[k]) - (difI * sines[k]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void PartFour(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, int k)
    {
        Vector128<float> halfOf = Vector128.Create(0.5f), cosine = Four(cosines, k), sine = Four(sines, k);
        Vector128<float> xR = Four(real, k), xI = Four(imaginary, k), mR = FourBackwards(real, half.Size - k), mI = FourBackwards(imaginary, half.Size - k);
        Vector128<float> evenR = (xR + mR) * halfOf, evenI = (xI - mI) * halfOf, difR = (xR - mR) * halfOf, difI = (xI + mI) * halfOf;
        (evenR - ((difI * cosine) + (difR * sine))).CopyTo(evens, k);
        (evenI + ((difR * cosine) - (difI * sine))).CopyTo(odds, k);
    }

    static Vector128<float> Four(ReadOnlySpan<float> values, int from) => Vector128.Create(values.Slice(from, 4));

    /// <summary>Values at <paramref name="from"/>, from - 1, from - 2, from - 3.</summary>
    static Vector128<float> FourBackwards(ReadOnlySpan<float> values, int from) =>
        Vector128.Shuffle(Vector128.Create(values.Slice(from - 3, 4)), Vector128.Create(3, 2, 1, 0));

    // A pair of floats is one 64-bit lane: its low half is the even sample (little-endian), its high half the odd one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void SplitEvensAndOdds(ReadOnlySpan<float> signal)
    {
        int i = 0, width = Vector<float>.Count;
        ReadOnlySpan<ulong> pairs = MemoryMarshal.Cast<float, ulong>(signal);
        for (; Vector.IsHardwareAccelerated && BitConverter.IsLittleEndian && i <= pairs.Length - width; i += width)
        {
            Vector<ulong> low = new(pairs[i..]), high = new(pairs[(i + (width / 2))..]);
            Vector.AsVectorSingle(Vector.Narrow(low, high)).CopyTo(evens, i);
            Vector.AsVectorSingle(Vector.Narrow(low >> 32, high >> 32)).CopyTo(odds, i);
        }

        for (; i < half.Size; i++) (evens[i], odds[i]) = (signal[2 * i], signal[(2 * i) + 1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void MergeEvensAndOdds(Span<float> signal)
    {
        int i = 0, width = Vector<float>.Count;
        Span<ulong> pairs = MemoryMarshal.Cast<float, ulong>(signal);
        for (; Vector.IsHardwareAccelerated && BitConverter.IsLittleEndian && i <= pairs.Length - width; i += width)
        {
            Vector.Widen(Vector.AsVectorUInt32(new Vector<float>(evens, i)), out Vector<ulong> evenLow, out Vector<ulong> evenHigh);
            Vector.Widen(Vector.AsVectorUInt32(new Vector<float>(odds, i)), out Vector<ulong> oddLow, out Vector<ulong> oddHigh);
            (evenLow | (oddLow << 32)).CopyTo(pairs[i..]);
            (evenHigh | (oddHigh << 32)).CopyTo(pairs[(i + (width / 2))..]);
        }

        for (; i < half.Size; i++) (signal[2 * i], signal[(2 * i) + 1]) = (evens[i], odds[i]);
    }

    void Check(int samples, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary)
    {
        if (samples != Size || real.Length != Bins || imaginary.Length != Bins)
            throw new ArgumentException($"The plan is for {Size} samples and {Bins} bins; there are {samples}, {real.Length} and {imaginary.Length}.");
    }
}
