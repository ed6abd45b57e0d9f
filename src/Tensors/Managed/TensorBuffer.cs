namespace DgxMusic.Tensors.Managed;

/// <summary>Memory outside the collected heap, shared by the tensors that are views of it. What no scope gives back, the finalizer does.</summary>
sealed unsafe class TensorBuffer
{
    readonly Segment segment;
    readonly long start;
    int users;

    internal TensorBuffer(Segment segment, long start, long capacity)
    {
        (this.segment, this.start, Capacity) = (segment, start, capacity);
        Data = segment.Data + start;
    }

    // Null where there was no memory left for it.
    ~TensorBuffer() => segment?.Give(start, Capacity);

    internal long Capacity { get; }

    internal float* Data { get; }

    internal void Share() => Interlocked.Increment(ref users);

    /// <summary>Whether that was the last user.</summary>
    internal bool Leave() => Interlocked.Decrement(ref users) == 0;

    internal void Return()
    {
        GC.SuppressFinalize(this);
        segment.Give(start, Capacity);
    }
}

/// <summary>Memory that is used again and again, so that a forward pass like the last one asks the system for none.</summary>
/// <param name="segmentLength">Floats of a segment, of which the system holds what was ever touched. Allocators keep freed pieces for later, but not those of more than 32 MiB, which is 8 Mi floats.</param>
sealed class BufferPool(long segmentLength = BufferPool.Large) : IDisposable
{
    /// <summary>256 MiB.</summary>
    internal const long Large = 1 << 26;

    /// <summary>64 MiB.</summary>
    internal const long Medium = 1 << 24;

    readonly List<Segment> segments = [];
    bool isDisposed;

    /// <summary>Floats that were ever in use.</summary>
    internal long Reach => segments.Sum(segment => segment.Reach);

    internal TensorBuffer Rent(long length)
    {
        lock (segments)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            foreach (Segment segment in segments)
            {
                if (segment.Take(length) is { } start) return new(segment, start, length);
            }

            var further = new Segment(Math.Max(segmentLength, length));
            segments.Add(further);
            return new(further, further.Take(length)!.Value, length);
        }
    }

    /// <summary>Frees all of it, whatever is still in use.</summary>
    public void Dispose()
    {
        lock (segments)
        {
            isDisposed = true;
            foreach (Segment segment in segments) segment.Dispose();
            segments.Clear();
        }
    }
}
