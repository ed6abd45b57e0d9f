using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// A matrix cut into strips of its outer axis, as the product kernel reads them: strip after strip, inside a strip depth after depth,
/// for each depth the strip's values side by side. The last strip is filled up with zeros. In <see cref="WeightStorage.Int8"/> each block of the depth ends with the steps of its columns.
/// </summary>
sealed unsafe class Packed : IDisposable
{
    /// <summary>Depth of one block of a product: part of the definition of its rounding, so the same everywhere.</summary>
    internal const int Block = 128;

    readonly TensorBuffer buffer;

    Packed(BufferPool memory, int outer, int depth, int width, WeightStorage storage = WeightStorage.Float32)
    {
        (Outer, Depth, Width, Storage) = (outer, depth, width, storage);
        buffer = memory.Rent(((Strips * StripBytes) + sizeof(float) - 1) / sizeof(float));
    }

    internal int Outer { get; }

    internal int Depth { get; }

    internal int Width { get; }

    internal WeightStorage Storage { get; }

    internal int Strips => (Outer + Width - 1) / Width;

    /// <summary>From strip to strip, in floats; of <see cref="WeightStorage.Float32"/> only.</summary>
    internal long StripStep => (long)Width * Depth;

    internal long StripBytes => OffsetOf(Depth) + (HasSteps && Depth % Block > 0 ? StepBytes : 0);

    bool HasSteps => Storage == WeightStorage.Int8;

    int StepBytes => Width * sizeof(float);

    int NumberBytes => Storage switch { WeightStorage.Int8 => sizeof(sbyte), WeightStorage.BFloat16 => sizeof(ushort), _ => sizeof(float) };

    /// <summary>Where the strip that begins at <paramref name="outer"/> has its values of depth <paramref name="depth"/>; of <see cref="WeightStorage.Float32"/> only.</summary>
    internal float* At(int outer, int depth) => (float*)BytesAt(outer, depth);

    /// <param name="depth">A multiple of <see cref="Block"/>, where there are steps.</param>
    internal byte* BytesAt(int outer, int depth) => (byte*)buffer.Data + (outer / Width * StripBytes) + OffsetOf(depth);

    /// <summary>Gives the memory back; without this, it goes with the pool.</summary>
    public void Dispose() => buffer.Return();

    /// <param name="value">The value at (outer, depth).</param>
    internal static Packed Of(BufferPool memory, int outer, int depth, int width, Func<int, int, float> value)
    {
        var packed = new Packed(memory, outer, depth, width);
        packed.ClearLastStrip();
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
        packed.ClearLastStrip();
        fixed (float* from = values)
        {
            for (int strip = 0; strip < packed.Strips; strip++) packed.Fill(from, strip);
        }

        return packed;
    }

    /// <summary>The same with strips shared among threads.</summary>
    internal static Packed Rows(BufferPool memory, WorkerPool pool, ReadOnlySpan<float> values, int outer, int depth, int width, WeightStorage storage)
    {
        var packed = new Packed(memory, outer, depth, width, storage);
        packed.ClearLastStrip();
        fixed (float* from = values) pool.Run(packed.Strips, new FillWork(packed, from));
        return packed;
    }

    long OffsetOf(int depth) => ((long)depth * Width * NumberBytes) + (HasSteps ? (long)(depth / Block) * StepBytes : 0);

    void ClearLastStrip()
    {
        if (Outer % Width > 0) new Span<byte>(BytesAt(Outer, 0), checked((int)StripBytes)).Clear();
    }

    void Fill(float* from, int strip)
    {
        int first = strip * Width, rows = Math.Min(Width, Outer - first);
        float* source = from + ((long)first * Depth);
        if (Storage == WeightStorage.Float32) Transpose.Run(source, Depth, rows, Depth, At(first, 0), Width);
        for (int start = 0; Storage != WeightStorage.Float32 && start < Depth; start += Block)
        {
            byte* to = BytesAt(first, start);
            int depth = Math.Min(Block, Depth - start);
            for (int row = 0; row < rows; row++)
            {
                var values = new ReadOnlySpan<float>(source + ((long)row * Depth) + start, depth);
                if (HasSteps) ((float*)(to + (depth * Width)))[row] = PutSteps(values, (sbyte*)to + row);
                else PutHalves(values, (ushort*)to + row);
            }
        }
    }

    float PutSteps(ReadOnlySpan<float> values, sbyte* to)
    {
        Span<sbyte> steps = stackalloc sbyte[Block];
        float step = StoredWeights.ToInt8(values, steps);
        for (int k = 0; k < values.Length; k++) to[k * Width] = steps[k];
        return step;
    }

    void PutHalves(ReadOnlySpan<float> values, ushort* to)
    {
        for (int k = 0; k < values.Length; k++) to[k * Width] = StoredWeights.ToBFloat16(values[k]);
    }

    readonly struct FillWork(Packed packed, float* from) : IWork
    {
        public void Run(int task, int worker) => packed.Fill(from, task);
    }
}

/// <summary>One strip after another of A times one after another of B.</summary>
static unsafe class Tile
{
    /// <param name="aStep">From one strip of A to the next.</param>
    /// <param name="bStep">From one strip of B to the next.</param>
    /// <param name="c">Rows of <paramref name="cStride"/> values; room for whole strips both ways.</param>
    internal static void Multiply(KernelSet kernels, float* a, long aStep, float* b, long bStep, float* c, int cStride, int rows, int columns, int depth, bool add) =>
        Multiply(kernels, WeightStorage.Float32, a, aStep, (byte*)b, bStep * sizeof(float), c, cStride, rows, columns, depth, add);

    /// <param name="bStep">From one strip of B to the next, in bytes.</param>
    internal static void Multiply(
        KernelSet kernels, WeightStorage storage, float* a, long aStep, byte* b, long bStep, float* c, int cStride, int rows, int columns, int depth, bool add)
    {
        int height = kernels.Rows, width = kernels.Columns;
        for (int column = 0; column < columns; column += width, b += bStep)
        {
            float* strip = a;
            for (int row = 0; row < rows; row += height, strip += aStep)
                kernels.Product(storage, strip, height, b, c + ((nint)row * cStride) + column, cStride, Math.Min(height, rows - row), depth, add);
        }
    }
}
