using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// A matrix cut into strips of its outer axis, as the product kernel reads them: strip after strip, inside a strip depth after depth,
/// for each depth the strip's values side by side. The last strip is filled up with zeros.
/// </summary>
sealed unsafe class Packed : IDisposable
{
    /// <summary>Depth of one block of a product: part of the definition of its rounding, so the same everywhere.</summary>
    internal const int Block = 128;

    readonly TensorBuffer buffer;

    Packed(BufferPool memory, int outer, int depth, int width)
    {
        (Outer, Depth, Width) = (outer, depth, width);
        buffer = memory.Rent((long)((outer + width - 1) / width) * width * depth);
        new Span<float>(buffer.Data, checked((int)buffer.Capacity)).Clear();
    }

    internal int Outer { get; }

    internal int Depth { get; }

    internal int Width { get; }

    internal long StripStep => (long)Width * Depth;

    /// <summary>Where the strip that begins at <paramref name="outer"/> has its values of depth <paramref name="depth"/>.</summary>
    internal float* At(int outer, int depth) => buffer.Data + (outer / Width * StripStep) + ((long)depth * Width);

    /// <summary>Gives the memory back; without this, it goes with the pool.</summary>
    public void Dispose() => buffer.Return();

    /// <param name="value">The value at (outer, depth).</param>
    internal static Packed Of(BufferPool memory, int outer, int depth, int width, Func<int, int, float> value)
    {
        var packed = new Packed(memory, outer, depth, width);
        for (int i = 0; i < outer; i++)
        {
            float* to = packed.At(i, 0) + (i % width);
            for (int k = 0; k < depth; k++) to[(long)k * width] = value(i, k);
        }

        return packed;
    }

    /// <summary>Matrix of a layer, row-major (outer, depth).</summary>
    internal static Packed Rows(BufferPool memory, ReadOnlySpan<float> values, int outer, int depth, int width)
    {
        var packed = new Packed(memory, outer, depth, width);
        fixed (float* from = values)
        {
            for (int strip = 0; strip < outer; strip += width)
                Transpose.Run(from + ((long)strip * depth), depth, Math.Min(width, outer - strip), depth, packed.At(strip, 0), width);
        }

        return packed;
    }
}

/// <summary>One strip after another of A times one after another of B.</summary>
static unsafe class Tile
{
    /// <param name="aStep">From one strip of A to the next.</param>
    /// <param name="bStep">From one strip of B to the next.</param>
    /// <param name="c">Rows of <paramref name="cStride"/> values; room for whole strips both ways.</param>
    internal static void Multiply(KernelSet kernels, float* a, long aStep, float* b, long bStep, float* c, int cStride, int rows, int columns, int depth, bool add)
    {
        int height = kernels.Rows, width = kernels.Columns;
        for (int column = 0; column < columns; column += width, b += bStep)
        {
            float* strip = a;
            for (int row = 0; row < rows; row += height, strip += aStep)
                kernels.Product(strip, b, c + ((nint)row * cStride) + column, cStride, Math.Min(height, rows - row), depth, add);
        }
    }
}
