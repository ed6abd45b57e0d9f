using System.Runtime.InteropServices;

namespace DgxMusic.Tensors.Managed;

/// <summary>Memory outside the collected heap, shared by the tensors that are views of it. What no scope gives back, the finalizer frees.</summary>
sealed unsafe class TensorBuffer
{
    const int Alignment = 64;   // bytes: a cache line, the longest vector
    int users;

    internal TensorBuffer(long capacity)
    {
        Capacity = capacity;
        Data = (float*)NativeMemory.AlignedAlloc((nuint)(capacity * sizeof(float)), Alignment);
        GC.AddMemoryPressure(capacity * sizeof(float));
    }

    ~TensorBuffer()
    {
        NativeMemory.AlignedFree(Data);
        GC.RemoveMemoryPressure(Capacity * sizeof(float));
    }

    internal long Capacity { get; }

    internal float* Data { get; }

    internal void Share() => Interlocked.Increment(ref users);

    /// <summary>Whether that was the last user.</summary>
    internal bool Leave() => Interlocked.Decrement(ref users) == 0;
}

/// <summary>Buffers that wait to be used again, by capacity, so that a forward pass like the last one allocates nothing.</summary>
sealed class BufferPool
{
    /// <summary>How many times too large a waiting buffer may be before a new one is made: tensors of one depth of a network then live in those of another.</summary>
    const int MostWaste = 4;

    readonly SortedList<long, Stack<TensorBuffer>> free = [];
    int made;

    /// <summary>Buffers ever allocated.</summary>
    internal int Made => made;

    internal TensorBuffer Rent(long length)
    {
        long capacity = CapacityFor(length);
        lock (free)
        {
            // Few sizes wait at any time, the smallest first.
            foreach ((long size, Stack<TensorBuffer> buffers) in free)
            {
                if (size >= capacity && size <= MostWaste * capacity && buffers.TryPop(out TensorBuffer? buffer)) return buffer;
            }
        }

        Interlocked.Increment(ref made);
        return new TensorBuffer(capacity);
    }

    internal void Return(TensorBuffer buffer)
    {
        lock (free)
        {
            if (!free.TryGetValue(buffer.Capacity, out Stack<TensorBuffer>? buffers)) free.Add(buffer.Capacity, buffers = new());
            buffers.Push(buffer);
        }
    }

    /// <summary>Eight sizes an octave: at most an eighth is wasted, and tensors of nearly the same size share buffers.</summary>
    static long CapacityFor(long length)
    {
        long step = Math.Max(64, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(length, 1)) / 16);
        return (Math.Max(length, 1) + step - 1) / step * step;
    }
}
