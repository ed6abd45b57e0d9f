using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DgxMusic.Dsp.Spectrum;

/// <summary>
/// One pass of the Stockham transform. With n = length/stride points in each of <c>stride</c> interleaved sequences, point p of sequence q stands at q + stride·p;
/// the pass combines points p, p + n/4, p + n/2, p + 3n/4 and writes them to 4p … 4p + 3.
/// </summary>
static unsafe class FftPass
{
    internal delegate void WithTwiddles(
        ReadOnlySpan<float> fromReal, ReadOnlySpan<float> fromImaginary, Span<float> toReal, Span<float> toImaginary, ReadOnlySpan<float> twiddles, int stride);

    internal delegate void WithoutTwiddles(ReadOnlySpan<float> fromReal, ReadOnlySpan<float> fromImaginary, Span<float> toReal, Span<float> toImaginary);

    /// <summary>Where one radix-4 pass reads and writes. Step is the distance between the four inputs, n/4 · stride.</summary>
    readonly struct Buffers(float* fromReal, float* fromImaginary, float* toReal, float* toImaginary, float* twiddles, int quarter, int stride)
    {
        internal readonly float* FromReal = fromReal;
        internal readonly float* FromImaginary = fromImaginary;
        internal readonly float* ToReal = toReal;
        internal readonly float* ToImaginary = toImaginary;
        internal readonly float* Twiddles = twiddles;
        internal readonly int Quarter = quarter;
        internal readonly int Stride = stride;

        internal int Step => Quarter * Stride;
    }

    /// <summary>Equals <see cref="Radix4Scalar"/> bit for bit: a lane does what a loop turn does, and no product is fused.</summary>
    internal static void Radix4(
        ReadOnlySpan<float> fromReal, ReadOnlySpan<float> fromImaginary, Span<float> toReal, Span<float> toImaginary, ReadOnlySpan<float> twiddles, int stride)
    {
        fixed (float* fr = fromReal, fi = fromImaginary, tr = toReal, ti = toImaginary, w = twiddles)
        {
            var pass = new Buffers(fr, fi, tr, ti, w, twiddles.Length / 6, stride);
            if (Vector.IsHardwareAccelerated && stride % Vector<float>.Count == 0) AcrossSequences(pass);
            else if (Vector.IsHardwareAccelerated && Vector128.IsHardwareAccelerated && stride == 4) AcrossFourSequences(pass);
            else if (Vector.IsHardwareAccelerated && Vector128.IsHardwareAccelerated && stride == 1 && pass.Quarter % 4 == 0) AlongOneSequence(pass);
            else Scalar(pass);
        }
    }

    /// <summary>The definition of <see cref="Radix4"/>.</summary>
    internal static void Radix4Scalar(
        ReadOnlySpan<float> fromReal, ReadOnlySpan<float> fromImaginary, Span<float> toReal, Span<float> toImaginary, ReadOnlySpan<float> twiddles, int stride)
    {
        fixed (float* fr = fromReal, fi = fromImaginary, tr = toReal, ti = toImaginary, w = twiddles) Scalar(new(fr, fi, tr, ti, w, twiddles.Length / 6, stride));
    }

    /// <summary>The last pass where log₂ N is odd: sums and differences of the two halves.</summary>
    internal static void Radix2(ReadOnlySpan<float> fromReal, ReadOnlySpan<float> fromImaginary, Span<float> toReal, Span<float> toImaginary)
    {
        int half = fromReal.Length / 2, i = 0;
        for (; Vector.IsHardwareAccelerated && i <= half - Vector<float>.Count; i += Vector<float>.Count)
        {
            SumAndDifference(fromReal, toReal, i, half);
            SumAndDifference(fromImaginary, toImaginary, i, half);
        }

        Radix2Scalar(fromReal, fromImaginary, toReal, toImaginary, i);
    }

    internal static void Radix2Scalar(ReadOnlySpan<float> fromReal, ReadOnlySpan<float> fromImaginary, Span<float> toReal, Span<float> toImaginary) =>
        Radix2Scalar(fromReal, fromImaginary, toReal, toImaginary, 0);

    static void Radix2Scalar(ReadOnlySpan<float> fromReal, ReadOnlySpan<float> fromImaginary, Span<float> toReal, Span<float> toImaginary, int start)
    {
        int half = fromReal.Length / 2;
        for (int i = start; i < half; i++)
        {
            (toReal[i], toReal[i + half]) = (fromReal[i] + fromReal[i + half], fromReal[i] - fromReal[i + half]);
            (toImaginary[i], toImaginary[i + half]) = (fromImaginary[i] + fromImaginary[i + half], fromImaginary[i] - fromImaginary[i + half]);
        }
    }

    static void SumAndDifference(ReadOnlySpan<float> from, Span<float> to, int i, int half)
    {
        Vector<float> a = new(from[i..]), b = new(from[(i + half)..]);
        (a + b).CopyTo(to[i..]);
        (a - b).CopyTo(to[(i + half)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Scalar(in Buffers pass)
    {
        int step = pass.Step, stride = pass.Stride, quarter = pass.Quarter;
        for (int p = 0; p < quarter; p++)
        {
            float* w = pass.Twiddles + p;
            for (int q = 0; q < stride; q++)
            {
                float* fr = pass.FromReal + (stride * p) + q, fi = pass.FromImaginary + (stride * p) + q;
                float* tr = pass.ToReal + (4 * stride * p) + q, ti = pass.ToImaginary + (4 * stride * p) + q;
                float sumAcR = fr[0] + fr[2 * step], sumAcI = fi[0] + fi[2 * step], difAcR = fr[0] - fr[2 * step], difAcI = fi[0] - fi[2 * step];
                float sumBdR = fr[step] + fr[3 * step], sumBdI = fi[step] + fi[3 * step], difBdR = fr[step] - fr[3 * step], difBdI = fi[step] - fi[3 * step];
                float y1R = difAcR + difBdI, y1I = difAcI - difBdR, y2R = sumAcR - sumBdR, y2I = sumAcI - sumBdI, y3R = difAcR - difBdI, y3I = difAcI + difBdR;
                (tr[0], ti[0]) = (sumAcR + sumBdR, sumAcI + sumBdI);
                (tr[stride], ti[stride]) = ((y1R * w[0]) - (y1I * w[quarter]), (y1R * w[quarter]) + (y1I * w[0]));
                (tr[2 * stride], ti[2 * stride]) = ((y2R * w[2 * quarter]) - (y2I * w[3 * quarter]), (y2R * w[3 * quarter]) + (y2I * w[2 * quarter]));
                (tr[3 * stride], ti[3 * stride]) = ((y3R * w[4 * quarter]) - (y3I * w[5 * quarter]), (y3R * w[5 * quarter]) + (y3I * w[4 * quarter]));
            }
        }
    }

    /// <summary>Strides of a vector or more: the lanes are neighbouring sequences, which share their twiddles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AcrossSequences(in Buffers pass)
    {
        int step = pass.Step, stride = pass.Stride, quarter = pass.Quarter;
        for (int p = 0; p < quarter; p++)
        {
            float* w = pass.Twiddles + p;
            Vector<float> w1R = new(w[0]), w1I = new(w[quarter]), w2R = new(w[2 * quarter]), w2I = new(w[3 * quarter]), w3R = new(w[4 * quarter]), w3I = new(w[5 * quarter]);
            float* fr = pass.FromReal + (stride * p), fi = pass.FromImaginary + (stride * p);
            float* tr = pass.ToReal + (4 * stride * p), ti = pass.ToImaginary + (4 * stride * p);
            for (int q = 0; q < stride; q += Vector<float>.Count, fr += Vector<float>.Count, fi += Vector<float>.Count, tr += Vector<float>.Count, ti += Vector<float>.Count)
            {
                Vector<float> aR = Vector.Load(fr), bR = Vector.Load(fr + step), cR = Vector.Load(fr + (2 * step)), dR = Vector.Load(fr + (3 * step));
                Vector<float> aI = Vector.Load(fi), bI = Vector.Load(fi + step), cI = Vector.Load(fi + (2 * step)), dI = Vector.Load(fi + (3 * step));
                Vector<float> sumAcR = aR + cR, sumAcI = aI + cI, difAcR = aR - cR, difAcI = aI - cI;
                Vector<float> sumBdR = bR + dR, sumBdI = bI + dI, difBdR = bR - dR, difBdI = bI - dI;
                Vector<float> y1R = difAcR + difBdI, y1I = difAcI - difBdR, y2R = sumAcR - sumBdR, y2I = sumAcI - sumBdI, y3R = difAcR - difBdI, y3I = difAcI + difBdR;
                (sumAcR + sumBdR).Store(tr);
                (sumAcI + sumBdI).Store(ti);
                ((y1R * w1R) - (y1I * w1I)).Store(tr + stride);
                ((y1R * w1I) + (y1I * w1R)).Store(ti + stride);
                ((y2R * w2R) - (y2I * w2I)).Store(tr + (2 * stride));
                ((y2R * w2I) + (y2I * w2R)).Store(ti + (2 * stride));
                ((y3R * w3R) - (y3I * w3I)).Store(tr + (3 * stride));
                ((y3R * w3I) + (y3I * w3R)).Store(ti + (3 * stride));
            }
        }
    }

    /// <summary>The second pass: four sequences, one 128-bit vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AcrossFourSequences(in Buffers pass)
    {
        int quarter = pass.Quarter;
        for (int p = 0; p < quarter; p++)
        {
            float* w = pass.Twiddles + p;
            var y = Butterfly(pass, 4 * p);
            float* tr = pass.ToReal + (16 * p), ti = pass.ToImaginary + (16 * p);
            y.R0.Store(tr);
            y.I0.Store(ti);
            Twist(y.R1, y.I1, Vector128.Create(w[0]), Vector128.Create(w[quarter]), tr + 4, ti + 4);
            Twist(y.R2, y.I2, Vector128.Create(w[2 * quarter]), Vector128.Create(w[3 * quarter]), tr + 8, ti + 8);
            Twist(y.R3, y.I3, Vector128.Create(w[4 * quarter]), Vector128.Create(w[5 * quarter]), tr + 12, ti + 12);
        }
    }

    /// <summary>The first pass: one sequence, so the lanes are neighbouring points, and the four results interleave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AlongOneSequence(in Buffers pass)
    {
        int quarter = pass.Quarter;
        for (int p = 0; p < quarter; p += 4)
        {
            float* w = pass.Twiddles + p;
            var y = Butterfly(pass, p);
            var (r1, i1) = Rotated(y.R1, y.I1, Vector128.Load(w), Vector128.Load(w + quarter));
            var (r2, i2) = Rotated(y.R2, y.I2, Vector128.Load(w + (2 * quarter)), Vector128.Load(w + (3 * quarter)));
            var (r3, i3) = Rotated(y.R3, y.I3, Vector128.Load(w + (4 * quarter)), Vector128.Load(w + (5 * quarter)));
            StoreInterleaved(y.R0, r1, r2, r3, pass.ToReal + (4 * p));
            StoreInterleaved(y.I0, i1, i2, i3, pass.ToImaginary + (4 * p));
        }
    }

    readonly ref struct Four(Vector128<float> r0, Vector128<float> i0, Vector128<float> r1, Vector128<float> i1, Vector128<float> r2, Vector128<float> i2, Vector128<float> r3, Vector128<float> i3)
    {
        internal readonly Vector128<float> R0 = r0, I0 = i0, R1 = r1, I1 = i1, R2 = r2, I2 = i2, R3 = r3, I3 = i3;
    }

    static Four Butterfly(in Buffers pass, int offset)
    {
        int step = pass.Step;
        float* fr = pass.FromReal + offset, fi = pass.FromImaginary + offset;
        Vector128<float> aR = Vector128.Load(fr), bR = Vector128.Load(fr + step), cR = Vector128.Load(fr + (2 * step)), dR = Vector128.Load(fr + (3 * step));
        Vector128<float> aI = Vector128.Load(fi), bI = Vector128.Load(fi + step), cI = Vector128.Load(fi + (2 * step)), dI = Vector128.Load(fi + (3 * step));
        Vector128<float> sumAcR = aR + cR, sumAcI = aI + cI, difAcR = aR - cR, difAcI = aI - cI;
        Vector128<float> sumBdR = bR + dR, sumBdI = bI + dI, difBdR = bR - dR, difBdI = bI - dI;
        return new(
            sumAcR + sumBdR, sumAcI + sumBdI, difAcR + difBdI, difAcI - difBdR,
            sumAcR - sumBdR, sumAcI - sumBdI, difAcR - difBdI, difAcI + difBdR);
    }

    static void Twist(Vector128<float> real, Vector128<float> imaginary, Vector128<float> cosine, Vector128<float> sine, float* toReal, float* toImaginary)
    {
        ((real * cosine) - (imaginary * sine)).Store(toReal);
        ((real * sine) + (imaginary * cosine)).Store(toImaginary);
    }

    static (Vector128<float> Real, Vector128<float> Imaginary) Rotated(Vector128<float> real, Vector128<float> imaginary, Vector128<float> cosine, Vector128<float> sine) =>
        ((real * cosine) - (imaginary * sine), (real * sine) + (imaginary * cosine));

    /// <summary>Writes a0 b0 c0 d0 a1 b1 … : the transpose of four rows.</summary>
    static void StoreInterleaved(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, float* to)
    {
        var (acLow, acHigh) = Zip(a, c);
        var (bdLow, bdHigh) = Zip(b, d);
        var (first, second) = Zip(acLow, bdLow);
        var (third, fourth) = Zip(acHigh, bdHigh);
        first.Store(to);
        second.Store(to + 4);
        third.Store(to + 8);
        fourth.Store(to + 12);
    }

    static (Vector128<float> Low, Vector128<float> High) Zip(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported) return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }
}
