using System.Runtime.InteropServices;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// A stretch of memory that buffers are cut from: the first gap that is large enough, counted from the front, so that the end is touched, and thus held, only when all of it is needed.
/// Gaps beside each other become one.
/// </summary>
sealed unsafe class Segment : IDisposable
{
    const int Alignment = 64;   // bytes: a cache line, the longest vector
    const long Step = Alignment / sizeof(float);

    readonly List<(long Start, long Length)> gaps;
    bool isFreed;

    /// <param name="length">Floats.</param>
    internal Segment(long length)
    {
        Length = RoundUp(length);
        gaps = [(0, Length)];
        Data = (float*)NativeMemory.AlignedAlloc((nuint)(Length * sizeof(float)), Alignment);
        GC.AddMemoryPressure(Length * sizeof(float));
    }

    ~Segment() => Free();

    internal long Length { get; }

    internal float* Data { get; }

    /// <summary>Floats from the front that were ever in use.</summary>
    internal long Reach { get; private set; }

    /// <summary>Frees the memory now, whatever lies in it: nobody may read or write it any more.</summary>
    public void Dispose()
    {
        lock (gaps) Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Where so many floats may lie; null where no gap is so large.</summary>
    internal long? Take(long length)
    {
        length = RoundUp(length);
        lock (gaps)
        {
            int first = gaps.FindIndex(gap => gap.Length >= length);
            if (first < 0) return null;
            (long start, long room) = gaps[first];
            if (room == length) gaps.RemoveAt(first);
            else gaps[first] = (start + length, room - length);
            Reach = Math.Max(Reach, start + length);
            return start;
        }
    }

    internal void Give(long start, long length)
    {
        length = RoundUp(length);
        lock (gaps)
        {
            int next = gaps.FindIndex(gap => gap.Start > start);
            if (next < 0) next = gaps.Count;
            if (next < gaps.Count && gaps[next].Start == start + length)
            {
                length += gaps[next].Length;
                gaps.RemoveAt(next);
            }

            if (next > 0 && gaps[next - 1] is var before && before.Start + before.Length == start) gaps[next - 1] = (before.Start, before.Length + length);
            else gaps.Insert(next, (start, length));
        }
    }

    void Free()
    {
        if (isFreed || Data is null) return;
        isFreed = true;
        NativeMemory.AlignedFree(Data);
        GC.RemoveMemoryPressure(Length * sizeof(float));
    }

    static long RoundUp(long length) => Math.Max(Step, (length + Step - 1) / Step * Step);
}
