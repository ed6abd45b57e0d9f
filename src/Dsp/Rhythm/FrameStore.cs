using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace DgxMusic.Dsp.Rhythm;

/// <summary>
/// Equally wide frames of a signal, as many as come. Grows without copying and gives its memory back at once, which the garbage collector would not:
/// an hour of them takes the memory of an hour and no more.
/// </summary>
/// <param name="width">Values in a frame.</param>
sealed unsafe class FrameStore(int width)
{
    const int ChunkFrames = 4096;

    readonly List<nint> chunks = [];

    ~FrameStore() => Free();

    internal int Count { get; private set; }

    internal Span<float> this[int frame] =>
        (uint)frame < (uint)Count ? Chunk(frame / ChunkFrames).Slice(frame % ChunkFrames * width, width) : throw new ArgumentOutOfRangeException(nameof(frame));

    /// <summary>A further frame, all zeros.</summary>
    internal Span<float> Add()
    {
        if (Count % ChunkFrames == 0) chunks.Add((nint)NativeMemory.AllocZeroed((nuint)(ChunkFrames * width), sizeof(float)));
        return this[++Count - 1];
    }

    /// <summary>log(1 + c x), with the one c that makes c x at most <paramref name="largest"/>; values are 0 or more.</summary>
    internal void Compress(float largest)
    {
        float found = 0;
        for (int chunk = 0; chunk < chunks.Count; chunk++) found = Math.Max(found, TensorPrimitives.Max<float>(Chunk(chunk)));
        for (int chunk = 0; chunk < chunks.Count; chunk++)
        {
            Span<float> values = Chunk(chunk);
            TensorPrimitives.Multiply(values, found > 0 ? largest / found : 0, values);
            TensorPrimitives.LogP1<float>(values, values);
        }
    }

    Span<float> Chunk(int chunk) => new((float*)chunks[chunk], ChunkFrames * width);

    /// <summary>Forgets all frames.</summary>
    internal void Free()
    {
        foreach (nint chunk in chunks) NativeMemory.Free((void*)chunk);
        chunks.Clear();
        Count = 0;
    }
}
