namespace DgxMusic.Models.Weights;

/// <summary>A named tensor in an open weight file.</summary>
public sealed class WeightTensor
{
    /// <summary>2 to 4 MB, which are let go once they are read: engines keep what they need in a form of their own.</summary>
    const int BlockElements = 1 << 20;
    readonly MappedFile file;
    readonly long start;
    readonly long[] strides;

    /// <param name="start">Byte in the file at which element 0 lies.</param>
    /// <param name="strides">Elements from one index to the next, each dimension; row-major where null. The caller has checked that all elements lie in the file.</param>
    internal WeightTensor(string name, ElementType type, int[] shape, MappedFile file, long start, long[]? strides = null)
    {
        (Name, Type, Shape, this.file, this.start) = (name, type, shape, file, start);
        Count = shape.Aggregate(1, (product, size) => checked(product * size));
        long[] rowMajor = RowMajor(shape);
        this.strides = strides ?? rowMajor;
        IsContiguous = Count == 0 || shape.Index().All(dimension => dimension.Item == 1 || this.strides[dimension.Index] == rowMajor[dimension.Index]);
    }

    public string Name { get; }

    public ElementType Type { get; }

    public IReadOnlyList<int> Shape { get; }

    /// <summary>Elements; the product of the shape.</summary>
    public int Count { get; }

    internal bool IsContiguous { get; }

    /// <summary>All elements in row-major order, widened exactly.</summary>
    /// <param name="destination">As long as <see cref="Count"/>.</param>
    public void Read(Span<float> destination)
    {
        if (destination.Length != Count) throw new ArgumentException($"{Name} has {Count} elements, not {destination.Length}.", nameof(destination));
        if (!IsContiguous) ReadStrided(destination);
        else
        {
            for (int done = 0; done < Count; done += BlockElements)
            {
                Span<float> block = destination.Slice(done, Math.Min(BlockElements, Count - done));
                long from = start + ((long)done * Type.Bytes());
                Widening.ToSingle(Type, file.Slice(from, block.Length * Type.Bytes()), block);
                if (block.Length == BlockElements) file.Forget(from, block.Length * Type.Bytes());
            }
        }
    }

    /// <summary>One item along the first axis, such as a row of a table.</summary>
    internal WeightTensor Item(int index)
    {
        if (Shape.Count == 0 || (uint)index >= (uint)Shape[0]) throw new ArgumentOutOfRangeException(nameof(index), index, $"{Name} has the shape {WeightFault.Text(Shape)}.");
        return new(Name, Type, [.. Shape.Skip(1)], file, start + (index * strides[0] * Type.Bytes()), strides[1..]);
    }

    /// <summary>The bytes as they are stored, little-endian and row-major.</summary>
    public ReadOnlySpan<byte> Raw() => IsContiguous
        ? file.Slice(start, checked(Count * Type.Bytes()))
        : throw new NotSupportedException($"{Name} does not lie in one piece.");

    void ReadStrided(Span<float> destination)
    {
        int size = Type.Bytes(), columns = Shape[^1];
        byte[] row = new byte[columns * size];
        int[] index = new int[Shape.Count];
        for (int done = 0; done < Count; done += columns)
        {
            long element = 0;
            for (int d = 0; d < index.Length - 1; d++) element += index[d] * strides[d];
            for (int column = 0; column < columns; column++)
                file.Slice(start + ((element + (column * strides[^1])) * size), size).CopyTo(row.AsSpan(column * size));
            Widening.ToSingle(Type, row, destination.Slice(done, columns));
            for (int d = index.Length - 2; d >= 0 && ++index[d] == Shape[d]; d--) index[d] = 0;
        }
    }

    static long[] RowMajor(int[] shape)
    {
        long[] strides = new long[shape.Length];
        long step = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = step;
            step *= Math.Max(1, shape[d]);
        }

        return strides;
    }
}
