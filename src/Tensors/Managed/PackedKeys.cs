using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// Keys and values, head by head, as the product kernel reads the rows of a left matrix: strips of keys for scores = keys · queriesᵀ,
/// strips of channels for results = valuesᵀ · weights.
/// </summary>
sealed unsafe class PackedKeys : IDisposable
{
    readonly KernelSet kernels;
    TensorBuffer? keys;
    TensorBuffer? values;

    internal PackedKeys(KernelSet kernels, BufferPool buffers, int batch, int heads, int channels, int capacity)
    {
        (this.kernels, Batch, Heads, Channels, Capacity) = (kernels, batch, heads, channels, capacity);
        keys = buffers.Rent((long)batch * heads * KeyStep);
        values = buffers.Rent((long)batch * heads * ValueStep);
    }

    internal int Batch { get; }

    internal int Heads { get; }

    internal int Channels { get; }

    internal int Capacity { get; }

    internal int HeadSize => Channels / Heads;

    internal int ValueStrips => (HeadSize + kernels.Rows - 1) / kernels.Rows;

    long KeyStep => (long)((Capacity + kernels.Rows - 1) / kernels.Rows) * kernels.Rows * HeadSize;

    long ValueStep => (long)ValueStrips * kernels.Rows * Capacity;

    /// <summary>The strip that begins at a key, all its channels.</summary>
    internal float* KeysFrom(int item, int head, int key) => keys!.Data + ((((long)item * Heads) + head) * KeyStep) + ((long)key * HeadSize);

    /// <summary>The first strip of channels at a key; the next one is Capacity · Rows further.</summary>
    internal float* ValuesFrom(int item, int head, int key) => values!.Data + ((((long)item * Heads) + head) * ValueStep) + ((long)key * kernels.Rows);

    /// <summary>Stores tokens from <paramref name="start"/> on.</summary>
    internal void Put(WorkerPool pool, ManagedTensor newKeys, ManagedTensor newValues, int start) =>
        pool.Run(Batch * Heads, new PutWork(this, kernels.Rows, newKeys, newValues, start));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref keys, null) is { } k) k.Return();
        if (Interlocked.Exchange(ref values, null) is { } v) v.Return();
    }

    readonly struct PutWork(PackedKeys packed, int rows, ManagedTensor newKeys, ManagedTensor newValues, int start) : IWork
    {
        public void Run(int task, int worker)
        {
            int item = task / packed.Heads, head = task % packed.Heads, tokens = newKeys.Size(1), size = packed.HeadSize;
            float* from = newKeys.Data + ((long)item * tokens * packed.Channels) + ((long)head * size);
            for (int token = 0; token < tokens;)
            {
                int at = start + token, lane = at % rows, run = Math.Min(rows - lane, tokens - token);
                Transpose.Run(from + ((long)token * packed.Channels), packed.Channels, run, size, packed.KeysFrom(item, head, at - lane) + lane, rows);
                token += run;
            }

            from = newValues.Data + ((long)item * tokens * packed.Channels) + ((long)head * size);
            for (int token = 0; token < tokens; token++) PutValue(packed.ValuesFrom(item, head, start + token), from + ((long)token * packed.Channels), size);
        }

        void PutValue(float* to, float* from, int size)
        {
            long step = (long)packed.Capacity * rows;
            for (int first = 0; first < size; first += rows, to += step)
            {
                for (int lane = 0; lane < rows; lane++) to[lane] = first + lane < size ? from[first + lane] : 0;
            }
        }
    }
}
