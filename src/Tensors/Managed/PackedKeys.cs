using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// Keys and values, head by head. Keys lie in strips, as many side by side as a vector holds, so that one query meets a vector of keys and a strip of queries meets rows of a left matrix;
/// values lie key by key, so that a weight meets vectors of channels.
/// </summary>
sealed unsafe class PackedKeys : IDisposable
{
    readonly int lanes;
    TensorBuffer? keys;
    TensorBuffer? values;

    internal PackedKeys(KernelSet kernels, BufferPool buffers, int batch, int heads, int channels, int capacity, CacheStorage storage = CacheStorage.Float32)
    {
        (Batch, Heads, Channels, Capacity, Storage) = (batch, heads, channels, capacity, storage);
        // Both divide each other: powers of two.
        lanes = Math.Max(kernels.Lanes, kernels.Rows);
        ValueWidth = (HeadSize + lanes - 1) / lanes * lanes;
        keys = buffers.Rent(((batch * heads * KeyStep) + 3) / sizeof(float));
        values = buffers.Rent(((batch * heads * ValueStep) + 3) / sizeof(float));
    }

    internal int Batch { get; }

    internal int Heads { get; }

    internal int Channels { get; }

    internal int Capacity { get; }

    internal CacheStorage Storage { get; }

    internal int HeadSize => Channels / Heads;

    /// <summary>Keys side by side in a strip.</summary>
    internal int KeyLanes => lanes;

    /// <summary>Channels of a head, filled up with zeros to whole vectors.</summary>
    internal int ValueWidth { get; }

    int NumberBytes => Storage == CacheStorage.BFloat16 ? sizeof(ushort) : sizeof(float);

    long KeyStep => (long)(Capacity + lanes - 1) / lanes * lanes * HeadSize * NumberBytes;

    long ValueStep => (long)ValueWidth * Capacity * NumberBytes;

    /// <summary>The strip that begins at a key: for each channel the strip's keys side by side.</summary>
    internal byte* KeysFrom(int item, int head, int key) => (byte*)keys!.Data + ((((long)item * Heads) + head) * KeyStep) + ((long)key * HeadSize * NumberBytes);

    /// <summary>The values of a key.</summary>
    internal byte* ValuesFrom(int item, int head, int key) => (byte*)values!.Data + ((((long)item * Heads) + head) * ValueStep) + ((long)key * ValueWidth * NumberBytes);

    /// <summary>Stores tokens from <paramref name="start"/> on.</summary>
    internal void Put(WorkerPool pool, ManagedTensor newKeys, ManagedTensor newValues, int start)
    {
        // One token of a head is so little work that a task takes several heads.
        int tasks = newKeys.Size(1) < lanes ? Math.Min(Batch * Heads, pool.Workers) : Batch * Heads;
        pool.Run(tasks, new PutWork(this, newKeys, newValues, start, tasks));
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref keys, null) is { } k) k.Return();
        if (Interlocked.Exchange(ref values, null) is { } v) v.Return();
    }

    readonly struct PutWork(PackedKeys packed, ManagedTensor newKeys, ManagedTensor newValues, int start, int tasks) : IWork
    {
        public void Run(int task, int worker)
        {
            long heads = packed.Batch * packed.Heads;
            for (int head = (int)(heads * task / tasks); head < heads * (task + 1) / tasks; head++) PutHead(head / packed.Heads, head % packed.Heads);
        }

        void PutHead(int item, int head)
        {
            int tokens = newKeys.Size(1), size = packed.HeadSize, lanes = packed.KeyLanes;
            long first = ((long)item * tokens * packed.Channels) + ((long)head * size);
            float* from = newKeys.Data + first;
            for (int token = 0; token < tokens;)
            {
                int at = start + token, lane = at % lanes, run = Math.Min(lanes - lane, tokens - token);
                PutKeys(from + ((long)token * packed.Channels), run, packed.KeysFrom(item, head, at - lane), lane);
                token += run;
            }

            from = newValues.Data + first;
            for (int token = 0; token < tokens; token++) PutValue(from + ((long)token * packed.Channels), packed.ValuesFrom(item, head, start + token));
        }

        void PutKeys(float* from, int count, byte* to, int lane)
        {
            int size = packed.HeadSize, lanes = packed.KeyLanes;
            if (packed.Storage == CacheStorage.Float32) Transpose.Run(from, packed.Channels, count, size, (float*)to + lane, lanes);
            else
            {
                for (int i = 0; i < count; i++, from += packed.Channels)
                {
                    ushort* put = (ushort*)to + lane + i;
                    for (int channel = 0; channel < size; channel++) put[channel * lanes] = StoredWeights.ToBFloat16(from[channel]);
                }
            }
        }

        void PutValue(float* from, byte* to)
        {
            int size = packed.HeadSize, width = packed.ValueWidth;
            if (packed.Storage == CacheStorage.Float32)
            {
                new ReadOnlySpan<float>(from, size).CopyTo(new Span<float>(to, width));
                new Span<float>((float*)to + size, width - size).Clear();
            }
            else
            {
                for (int channel = 0; channel < width; channel++) ((ushort*)to)[channel] = channel < size ? StoredWeights.ToBFloat16(from[channel]) : (ushort)0;
            }
        }
    }
}
