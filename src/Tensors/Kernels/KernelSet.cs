using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DgxMusic.Tensors.Kernels;

enum Operation
{
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// <summary>All kernels for one width of vectors. Pointers are to floats; sources may be destinations.</summary>
abstract unsafe class KernelSet
{
    /// <summary>What this processor runs fastest.</summary>
    internal static KernelSet Best { get; } = Supported[0];

    /// <summary>Every width this processor has, best first; the last is the definition.</summary>
    internal static IReadOnlyList<KernelSet> Supported
    {
        get
        {
            var sets = new List<KernelSet>();
            if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated) sets.Add(new KernelSet<Lanes16, Vector512<float>>("avx512", rows: 8));
            if (Avx2.IsSupported && Fma.IsSupported && Vector256.IsHardwareAccelerated) sets.Add(new KernelSet<Lanes8, Vector256<float>>("avx2", rows: 4));
            if (AdvSimd.Arm64.IsSupported || (Fma.IsSupported && Vector128.IsHardwareAccelerated))
                sets.Add(new KernelSet<Lanes4, Vector128<float>>(AdvSimd.IsSupported ? "neon" : "sse", rows: AdvSimd.IsSupported ? 8 : 4));
            sets.Add(new KernelSet<Lanes1, float>("scalar", rows: 4));
            return sets;
        }
    }

    internal abstract string Name { get; }

    /// <summary>Rows in a strip of A.</summary>
    internal abstract int Rows { get; }

    /// <summary>Columns in a strip of B.</summary>
    internal abstract int Columns { get; }

    /// <summary>Values in a vector.</summary>
    internal abstract int Lanes { get; }

    /// <summary>Strip times strip, see <see cref="ProductKernel{L,V}.Run"/>; the rows of A lie side by side, its depths <paramref name="aStep"/> apart.</summary>
    internal abstract void Product(WeightStorage storage, float* a, nint aStep, byte* b, float* c, nint cStride, int rows, int depth, bool add);

    internal void Product(float* a, nint aStep, float* b, float* c, nint cStride, int rows, int depth, bool add) =>
        Product(WeightStorage.Float32, a, aStep, (byte*)b, c, cStride, rows, depth, add);

    /// <summary>A few rows as they lie times a strip, all blocks of its depth; see <see cref="ProductKernel{L,V}.RunFew"/>.</summary>
    internal abstract void FewRows(WeightStorage storage, float* a, nint aRow, byte* b, float* c, int rows, int depth, int block);

    /// <summary>Strip times one vector of columns, whose rows of results lie side by side; see <see cref="ProductKernel{L,V}.RunNarrow"/>.</summary>
    internal abstract void NarrowProduct(float* a, nint aStep, float* b, float* c, int rows, int depth, bool add);

    /// <summary>Scores of one query; see <see cref="QueryKernel{L,V}"/>, also for the next two.</summary>
    internal abstract void Scores(CacheStorage storage, float* question, int size, byte* keys, int lanes, float* scores, int count, byte* ahead);

    internal abstract float Absorb(float* scores, int count, ref float highest, ref float sum);

    internal abstract void Weigh(CacheStorage storage, float* weights, int count, byte* values, int width, float* result, float shrink, byte* ahead);

    /// <summary>Makes floats of their upper halves.</summary>
    internal abstract void Widen(ushort* from, float* to, long count);

    internal abstract void Activate(Activation activation, float* from, float* to, long count);

    /// <summary>to = residual + factor · activation(value + bias); see <see cref="Ending"/>.</summary>
    internal abstract void Finish(float* values, in Ending ending, float* to, long count);

    /// <summary>See <see cref="PatchKernel{L,V}.Run"/>.</summary>
    internal abstract void Patch(in Image image, ReadOnlySpan<Tap> taps, int row, int column, int step, int run, float* to, int lane, int width);

    /// <summary>to = value · sigmoid(gate).</summary>
    internal abstract void Gate(float* value, float* gate, float* to, long count);

    /// <summary>to = a ∘ b; an operand that repeats is one value.</summary>
    internal abstract void Combine(Operation operation, float* a, bool aRepeats, float* b, bool bRepeats, float* to, long count);

    /// <summary>to = from · factor + term, in one rounding.</summary>
    internal abstract void Affine(float* from, float factor, float term, float* to, long count);

    /// <summary>to = from · factors + terms, in one rounding.</summary>
    internal abstract void Affine(float* from, float* factors, float* terms, float* to, long count);

    /// <summary>to = from · factor + terms, in one rounding; without terms from · factor.</summary>
    internal abstract void ScaleAndAdd(float* from, float factor, float* terms, float* to, long count);

    /// <summary>Mean of the values and sum of squared distances from it.</summary>
    /// <param name="count">At most <see cref="MomentKernel{L,V}.Block"/>.</param>
    internal abstract (double Mean, double SquaredDistances) Moments(float* from, int count);

    /// <summary>Σ x², in double.</summary>
    internal abstract double Energy(float* from, int count);

    /// <summary>See <see cref="MemoryKernel{L,V}.Run"/>.</summary>
    internal abstract void Remember(float* weights, float* before, int depth, int block, float* made, nint gateStep, float* cell, float* to, int count);

    internal abstract SoftmaxKernel Softmax { get; }
}
