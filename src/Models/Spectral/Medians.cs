using System.Numerics;

namespace DgxMusic.Models.Spectral;

/// <summary>Medians of rows, value by value. The same kernel serves both directions of a spectrogram: rows are its frames, or one frame shifted.</summary>
static class Medians
{
    /// <summary>to[i] = the median over j of rows[offsets[j] + i]; values are finite.</summary>
    /// <param name="offsets">Where each row starts; an odd number of them, in any order.</param>
    /// <param name="to">As long as the rows.</param>
    public static void Of(ReadOnlySpan<float> rows, ReadOnlySpan<int> offsets, Span<float> to)
    {
        if (offsets.Length % 2 == 0) throw new ArgumentException($"A median of {offsets.Length} values is not one of them.", nameof(offsets));
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            Span<Vector<float>> kept = stackalloc Vector<float>[(offsets.Length / 2) + 2];
            for (; i <= to.Length - Vector<float>.Count; i += Vector<float>.Count) Select(rows[i..], offsets, kept).CopyTo(to[i..]);
        }

        OfScalar(rows, offsets, to, start: i);
    }

    /// <summary>The definition of <see cref="Of"/>: sort, take the middle.</summary>
    internal static void OfScalar(ReadOnlySpan<float> rows, ReadOnlySpan<int> offsets, Span<float> to, int start = 0)
    {
        Span<float> sorted = stackalloc float[offsets.Length];
        for (int i = start; i < to.Length; i++)
        {
            for (int j = 0; j < offsets.Length; j++) sorted[j] = rows[offsets[j] + i];
            sorted.Sort();
            to[i] = sorted[offsets.Length / 2];
        }
    }

    // Of n/2 + 2 values of n, neither the least nor the greatest is the median: put both out, take the next value in, go on with one fewer.
    static Vector<float> Select(ReadOnlySpan<float> rows, ReadOnlySpan<int> offsets, Span<Vector<float>> kept)
    {
        if (offsets.Length == 1) return new(rows[offsets[0]..]);
        int count = kept.Length, next = count;
        for (int j = 0; j < count; j++) kept[j] = new(rows[offsets[j]..]);
        while (true)
        {
            PutExtremesAtTheEnds(kept[..count]);
            if (count == 3) return kept[1];
            kept[0] = new(rows[offsets[next++]..]);
            count--;
        }
    }

    static void PutExtremesAtTheEnds(Span<Vector<float>> values)
    {
        int last = values.Length - 1;
        for (int i = 0; i < values.Length / 2; i++) Order(ref values[i], ref values[last - i]);
        for (int i = 1; i <= last / 2; i++) Order(ref values[0], ref values[i]);
        for (int i = (last + 1) / 2; i < last; i++) Order(ref values[i], ref values[last]);
    }

    static void Order(ref Vector<float> low, ref Vector<float> high) => (low, high) = (Vector.Min(low, high), Vector.Max(low, high));
}
