using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DgxMusic.Tensors.Kernels;

/// <summary>
/// The innermost product: a strip of up to eight rows of A times a strip of three vectors of columns of B, accumulated in registers over one block of the depth.
/// Goto and van de Geijn, Anatomy of high-performance matrix multiplication, 2008.
/// </summary>
/// <remarks>
/// Each value is one chain of fused multiply-adds from 0, k ascending, whatever the number of rows; blocks of the depth are then added in order.
/// Where weights are whole steps, the chain sums steps, and the block is added with its step as the factor, rounded once.
/// </remarks>
static unsafe class ProductKernel<L, V> where L : ILanes<V> where V : unmanaged
{
    /// <summary>Bytes. Measured with two threads: none takes twice as long for 8 bits and a third longer for 16, half of it or twice as much a twentieth longer.</summary>
    const int PrefetchDistance = 8192;

    /// <summary>Bytes of a cache line.</summary>
    const int Line = 64;

    internal static int Columns => 3 * L.Count;

    /// <param name="a">Value of the strip's first row at k = 0; the next row's <paramref name="aRow"/> further, the next depth's <paramref name="aStep"/>.</param>
    /// <param name="aRow">1 where there are more than four rows.</param>
    /// <param name="b">Values of the strip's columns at k = 0, then at k = 1, …, then their steps if the format has any.</param>
    /// <param name="c">
    /// Rows of <see cref="Columns"/> values, <paramref name="cStride"/> apart. More rows than asked for may be written, up to the next power of two; as many are read.
    /// </param>
    /// <param name="add">To what c holds; else c is overwritten.</param>
    internal static void Run<F>(float* a, nint aRow, nint aStep, byte* b, float* c, nint cStride, int rows, int depth, bool add) where F : struct, INumberFormat
    {
        if (rows > 4) Rows8<F>(a, aStep, b, c, cStride, depth, add);
        else if (rows > 2) Rows4<F>(a, aRow, aStep, b, c, cStride, depth, add);
        else if (rows > 1) Rows2<F>(a, aRow, aStep, b, c, cStride, depth, add);
        else Rows1<F>(a, aStep, b, c, cStride, depth, add);
    }

    /// <summary>All blocks of the depth for a few rows as they lie.</summary>
    /// <param name="rows">At most 4.</param>
    /// <param name="c">Rows of <see cref="Columns"/> values, side by side.</param>
    internal static void RunFew<F>(float* a, nint aRow, byte* b, float* c, int rows, int depth, int block) where F : struct, INumberFormat
    {
        nint blockBytes = ((nint)block * Columns * F.Size) + (F.HasSteps ? Columns * sizeof(float) : 0);
        for (int start = 0; start < depth; start += block, a += block, b += blockBytes)
        {
            int some = Math.Min(block, depth - start);
            // Of three rows two, then one: a fourth one is not there to be read.
            Run<F>(a, aRow, 1, b, c, Columns, rows == 3 ? 2 : rows, some, add: start > 0);
            if (rows == 3) Run<F>(a + (2 * aRow), aRow, 1, b, c + (2 * Columns), Columns, 1, some, add: start > 0);
        }
    }

    // AggressiveOptimization, here and in the other loops: a first forward pass otherwise spends seconds in code that is not optimised yet.
    // NoInlining: once inlined in a caller that became hot, the loop lost its registers and half of its speed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Rows8<F>(float* a, nint aStep, byte* b, float* c, nint cStride, int depth, bool add) where F : struct, INumberFormat
    {
        V r0x = L.Fill(0), r0y = L.Fill(0), r0z = L.Fill(0);
        V r1x = L.Fill(0), r1y = L.Fill(0), r1z = L.Fill(0);
        V r2x = L.Fill(0), r2y = L.Fill(0), r2z = L.Fill(0);
        V r3x = L.Fill(0), r3y = L.Fill(0), r3z = L.Fill(0);
        V r4x = L.Fill(0), r4y = L.Fill(0), r4z = L.Fill(0);
        V r5x = L.Fill(0), r5y = L.Fill(0), r5z = L.Fill(0);
        V r6x = L.Fill(0), r6y = L.Fill(0), r6z = L.Fill(0);
        V r7x = L.Fill(0), r7y = L.Fill(0), r7z = L.Fill(0);
        for (int k = 0; k < depth; k++, a += aStep, b += 3 * L.Count * F.Size)
        {
            V x = F.Load<L, V>(b), y = F.Load<L, V>(b + (L.Count * F.Size)), z = F.Load<L, V>(b + (2 * L.Count * F.Size));
            V f0 = L.Fill(*a);
            (r0x, r0y, r0z) = (L.MultiplyAdd(f0, x, r0x), L.MultiplyAdd(f0, y, r0y), L.MultiplyAdd(f0, z, r0z));
            V f1 = L.Fill(a[1]);
            (r1x, r1y, r1z) = (L.MultiplyAdd(f1, x, r1x), L.MultiplyAdd(f1, y, r1y), L.MultiplyAdd(f1, z, r1z));
            V f2 = L.Fill(a[2]);
            (r2x, r2y, r2z) = (L.MultiplyAdd(f2, x, r2x), L.MultiplyAdd(f2, y, r2y), L.MultiplyAdd(f2, z, r2z));
            V f3 = L.Fill(a[3]);
            (r3x, r3y, r3z) = (L.MultiplyAdd(f3, x, r3x), L.MultiplyAdd(f3, y, r3y), L.MultiplyAdd(f3, z, r3z));
            V f4 = L.Fill(a[4]);
            (r4x, r4y, r4z) = (L.MultiplyAdd(f4, x, r4x), L.MultiplyAdd(f4, y, r4y), L.MultiplyAdd(f4, z, r4z));
            V f5 = L.Fill(a[5]);
            (r5x, r5y, r5z) = (L.MultiplyAdd(f5, x, r5x), L.MultiplyAdd(f5, y, r5y), L.MultiplyAdd(f5, z, r5z));
            V f6 = L.Fill(a[6]);
            (r6x, r6y, r6z) = (L.MultiplyAdd(f6, x, r6x), L.MultiplyAdd(f6, y, r6y), L.MultiplyAdd(f6, z, r6z));
            V f7 = L.Fill(a[7]);
            (r7x, r7y, r7z) = (L.MultiplyAdd(f7, x, r7x), L.MultiplyAdd(f7, y, r7y), L.MultiplyAdd(f7, z, r7z));
        }

        Put<F>(c, r0x, r0y, r0z, b, add);
        Put<F>(c + cStride, r1x, r1y, r1z, b, add);
        Put<F>(c + (2 * cStride), r2x, r2y, r2z, b, add);
        Put<F>(c + (3 * cStride), r3x, r3y, r3z, b, add);
        Put<F>(c + (4 * cStride), r4x, r4y, r4z, b, add);
        Put<F>(c + (5 * cStride), r5x, r5y, r5z, b, add);
        Put<F>(c + (6 * cStride), r6x, r6y, r6z, b, add);
        Put<F>(c + (7 * cStride), r7x, r7y, r7z, b, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Rows4<F>(float* a, nint aRow, nint aStep, byte* b, float* c, nint cStride, int depth, bool add) where F : struct, INumberFormat
    {
        V r0x = L.Fill(0), r0y = L.Fill(0), r0z = L.Fill(0);
        V r1x = L.Fill(0), r1y = L.Fill(0), r1z = L.Fill(0);
        V r2x = L.Fill(0), r2y = L.Fill(0), r2z = L.Fill(0);
        V r3x = L.Fill(0), r3y = L.Fill(0), r3z = L.Fill(0);
        float* a2 = a + (2 * aRow);
        for (int k = 0; k < depth; k++, a += aStep, a2 += aStep, b += 3 * L.Count * F.Size)
        {
            Ahead<F>(b);
            V x = F.Load<L, V>(b), y = F.Load<L, V>(b + (L.Count * F.Size)), z = F.Load<L, V>(b + (2 * L.Count * F.Size));
            V f0 = L.Fill(*a);
            (r0x, r0y, r0z) = (L.MultiplyAdd(f0, x, r0x), L.MultiplyAdd(f0, y, r0y), L.MultiplyAdd(f0, z, r0z));
            V f1 = L.Fill(a[aRow]);
            (r1x, r1y, r1z) = (L.MultiplyAdd(f1, x, r1x), L.MultiplyAdd(f1, y, r1y), L.MultiplyAdd(f1, z, r1z));
            V f2 = L.Fill(*a2);
            (r2x, r2y, r2z) = (L.MultiplyAdd(f2, x, r2x), L.MultiplyAdd(f2, y, r2y), L.MultiplyAdd(f2, z, r2z));
            V f3 = L.Fill(a2[aRow]);
            (r3x, r3y, r3z) = (L.MultiplyAdd(f3, x, r3x), L.MultiplyAdd(f3, y, r3y), L.MultiplyAdd(f3, z, r3z));
        }

        Put<F>(c, r0x, r0y, r0z, b, add);
        Put<F>(c + cStride, r1x, r1y, r1z, b, add);
        Put<F>(c + (2 * cStride), r2x, r2y, r2z, b, add);
        Put<F>(c + (3 * cStride), r3x, r3y, r3z, b, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Rows2<F>(float* a, nint aRow, nint aStep, byte* b, float* c, nint cStride, int depth, bool add) where F : struct, INumberFormat
    {
        V r0x = L.Fill(0), r0y = L.Fill(0), r0z = L.Fill(0);
        V r1x = L.Fill(0), r1y = L.Fill(0), r1z = L.Fill(0);
        for (int k = 0; k < depth; k++, a += aStep, b += 3 * L.Count * F.Size)
        {
            Ahead<F>(b);
            V x = F.Load<L, V>(b), y = F.Load<L, V>(b + (L.Count * F.Size)), z = F.Load<L, V>(b + (2 * L.Count * F.Size));
            V f0 = L.Fill(*a);
            (r0x, r0y, r0z) = (L.MultiplyAdd(f0, x, r0x), L.MultiplyAdd(f0, y, r0y), L.MultiplyAdd(f0, z, r0z));
            V f1 = L.Fill(a[aRow]);
            (r1x, r1y, r1z) = (L.MultiplyAdd(f1, x, r1x), L.MultiplyAdd(f1, y, r1y), L.MultiplyAdd(f1, z, r1z));
        }

        Put<F>(c, r0x, r0y, r0z, b, add);
        Put<F>(c + cStride, r1x, r1y, r1z, b, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Rows1<F>(float* a, nint aStep, byte* b, float* c, nint cStride, int depth, bool add) where F : struct, INumberFormat
    {
        V r0x = L.Fill(0), r0y = L.Fill(0), r0z = L.Fill(0);
        for (int k = 0; k < depth; k++, a += aStep, b += 3 * L.Count * F.Size)
        {
            Ahead<F>(b);
            V x = F.Load<L, V>(b), y = F.Load<L, V>(b + (L.Count * F.Size)), z = F.Load<L, V>(b + (2 * L.Count * F.Size));
            V f0 = L.Fill(*a);
            (r0x, r0y, r0z) = (L.MultiplyAdd(f0, x, r0x), L.MultiplyAdd(f0, y, r0y), L.MultiplyAdd(f0, z, r0z));
        }

        Put<F>(c, r0x, r0y, r0z, b, add);
    }

    /// <summary>
    /// Asks for the weights of a later depth: few rows do so little with each that memory is what they wait for, and processors by themselves look less far ahead than it takes
    /// (<see cref="PrefetchDistance"/>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Ahead<F>(byte* b) where F : struct, INumberFormat
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch0(b + PrefetchDistance);
        if (3 * L.Count * F.Size > Line) Sse.Prefetch0(b + PrefetchDistance + Line);
        if (3 * L.Count * F.Size > 2 * Line) Sse.Prefetch0(b + PrefetchDistance + (2 * Line));
    }

    /// <summary>The same for one vector of columns, where three would be mostly empty: the same chain for each value.</summary>
    internal static void RunNarrow(float* a, nint aStep, float* b, float* c, int rows, int depth, bool add)
    {
        if (rows > 4) Narrow4(a + 4, aStep, b, c + (4 * L.Count), depth, add);
        Narrow4(a, aStep, b, c, depth, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Narrow4(float* a, nint aStep, float* b, float* c, int depth, bool add)
    {
        V r0 = L.Fill(0), r1 = L.Fill(0), r2 = L.Fill(0), r3 = L.Fill(0);
        for (int k = 0; k < depth; k++, a += aStep, b += L.Count)
        {
            V x = L.Load(b);
            (r0, r1) = (L.MultiplyAdd(L.Fill(*a), x, r0), L.MultiplyAdd(L.Fill(a[1]), x, r1));
            (r2, r3) = (L.MultiplyAdd(L.Fill(a[2]), x, r2), L.MultiplyAdd(L.Fill(a[3]), x, r3));
        }

        L.Store(add ? L.Add(L.Load(c), r0) : r0, c);
        L.Store(add ? L.Add(L.Load(c + L.Count), r1) : r1, c + L.Count);
        L.Store(add ? L.Add(L.Load(c + (2 * L.Count)), r2) : r2, c + (2 * L.Count));
        L.Store(add ? L.Add(L.Load(c + (3 * L.Count)), r3) : r3, c + (3 * L.Count));
    }

    /// <param name="steps">Of the columns, if the format has any.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<F>(float* c, V x, V y, V z, byte* steps, bool add) where F : struct, INumberFormat
    {
        if (F.HasSteps) (x, y, z) = Stepped(c, x, y, z, (float*)steps, add);
        else if (add) (x, y, z) = (L.Add(L.Load(c), x), L.Add(L.Load(c + L.Count), y), L.Add(L.Load(c + (2 * L.Count)), z));
        L.Store(x, c);
        L.Store(y, c + L.Count);
        L.Store(z, c + (2 * L.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (V X, V Y, V Z) Stepped(float* c, V x, V y, V z, float* steps, bool add)
    {
        V stepX = L.Load(steps), stepY = L.Load(steps + L.Count), stepZ = L.Load(steps + (2 * L.Count));
        return add
            ? (L.MultiplyAdd(x, stepX, L.Load(c)), L.MultiplyAdd(y, stepY, L.Load(c + L.Count)), L.MultiplyAdd(z, stepZ, L.Load(c + (2 * L.Count))))
            : (L.Multiply(x, stepX), L.Multiply(y, stepY), L.Multiply(z, stepZ));
    }
}
