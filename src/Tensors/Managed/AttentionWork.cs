using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>What attention looks at.</summary>
/// <param name="Keys">How many count.</param>
readonly unsafe record struct AttentionInputs(ManagedTensor Queries, PackedKeys Packed, int Keys, float Scale, ManagedTensor? Bias, bool Causal)
{
    /// <summary>Keys at a time: scores of a strip of queries are 24 KB then, half of a first-level cache. Part of the definition of the rounding.</summary>
    internal const int Block = 128;

    internal int Count => Queries.Size(1);

    /// <summary>Last key that a query sees.</summary>
    internal int LimitOf(int query) => Causal ? Keys - Count + query : Keys - 1;

    internal float* QueryAt(int item, int head, int query) => Queries.Data + PlaceOf(item, head, query);

    /// <summary>Of the query's channels of one head, here and in the result.</summary>
    internal long PlaceOf(int item, int head, int query) => ((((long)item * Count) + query) * Packed.Channels) + ((long)head * Packed.HeadSize);

    /// <summary>Biases of one query from a key on.</summary>
    internal float* BiasAt(int head, int query, int key) => Bias!.Data + ((((long)head * Count) + query) * Keys) + key;
}

/// <summary>
/// A strip of queries of one head against all keys, block by block. Queries lie in the lanes: scores of a block are a matrix of keys by queries,
/// which is at once what the second product reads as its right matrix.
/// </summary>
readonly unsafe struct AttentionWork(KernelSet kernels, Scratch scratch, AttentionInputs inputs, ManagedTensor to) : IWork
{
    const int Block = AttentionInputs.Block;

    internal int Tasks => inputs.Packed.Batch * inputs.Packed.Heads * Strips;

    int Strips => (inputs.Count + Width - 1) / Width;

    /// <summary>Queries side by side: one vector where there are no more of them.</summary>
    int Width => inputs.Count <= kernels.Lanes ? kernels.Lanes : kernels.Columns;

    public void Run(int task, int worker)
    {
        PackedKeys packed = inputs.Packed;
        int strip = task % Strips, head = task / Strips % packed.Heads, item = task / Strips / packed.Heads, width = Width, size = packed.HeadSize, rows = packed.ValueWidth;
        int first = strip * width, count = Math.Min(width, inputs.Count - first);
        float* question = scratch.For(worker, ((long)width * (size + Block + kernels.Rows + rows + 3)) + (Block * Math.Max(size, rows))), scores = question + (width * size);
        float* result = scores + (width * (Block + kernels.Rows)), highest = result + (width * rows), sum = highest + width, shrink = sum + width, wide = shrink + width;
        PackQueries(item, head, first, count, question);
        new Span<float>(result, width * rows).Clear();
        new Span<float>(highest, width).Fill(float.MinValue);
        new Span<float>(sum, width).Clear();
        for (int start = 0; start < inputs.Keys; start += Block)
        {
            int present = Math.Min(Block, inputs.Keys - start);
            if (start > inputs.LimitOf(first + count - 1)) break;   // nobody here sees these
            int strips = (present + packed.KeyLanes - 1) / packed.KeyLanes;
            MultiplyKeys(Wide(packed.KeysFrom(item, head, start), strips * packed.KeyLanes * size, wide), question, scores, present);
            Bend(head, first, count, start, present, scores);
            kernels.Softmax.Absorb(scores, present, width, highest, sum, shrink);
            if (start > 0) kernels.Softmax.ScaleColumns(result, rows, width, shrink);
            float* values = Wide(packed.ValuesFrom(item, head, start), present * rows, wide);
            for (int row = 0; row < rows; row += kernels.Rows) Multiply(values + row, rows, scores, result + (row * width), kernels.Rows, present, add: true);
        }

        Put(item, head, first, count, result, sum);
    }

    /// <summary>A block of keys or values as floats.</summary>
    float* Wide(byte* numbers, int count, float* room)
    {
        if (inputs.Packed.Storage == CacheStorage.Float32) return (float*)numbers;
        kernels.Widen((ushort*)numbers, room, count);
        return room;
    }

    void MultiplyKeys(float* keys, float* question, float* scores, int count)
    {
        int lanes = inputs.Packed.KeyLanes, size = inputs.Packed.HeadSize;
        for (int key = 0; key < count; key += kernels.Rows)
        {
            float* strip = keys + (key / lanes * lanes * size) + (key % lanes);
            Multiply(strip, lanes, question, scores + (key * Width), Math.Min(kernels.Rows, count - key), size, add: false);
        }
    }

    void Multiply(float* a, int aStep, float* b, float* c, int rows, int depth, bool add)
    {
        if (Width == kernels.Columns) kernels.Product(a, aStep, b, c, Width, rows, depth, add);
        else kernels.NarrowProduct(a, aStep, b, c, rows, depth, add);
    }

    void PackQueries(int item, int head, int first, int count, float* to)
    {
        int width = Width, size = inputs.Packed.HeadSize;
        Transpose.Run(inputs.QueryAt(item, head, first), inputs.Packed.Channels, count, size, to, width);
        for (int channel = 0; count < width && channel < size; channel++) new Span<float>(to + (channel * width) + count, width - count).Clear();
        kernels.Affine(to, inputs.Scale, 0, to, (long)width * size);
    }

    /// <summary>Adds the bias and hides what a query must not see.</summary>
    void Bend(int head, int first, int count, int start, int present, float* scores)
    {
        int width = Width;
        for (int lane = 0; inputs.Bias is not null && lane < count; lane++)
        {
            float* row = inputs.BiasAt(head, first + lane, start);
            for (int key = 0; key < present; key++) scores[(key * width) + lane] += row[key];
        }

        for (int lane = 0; inputs.Causal && lane < width; lane++)
        {
            int hidden = Math.Max(0, inputs.LimitOf(first + Math.Min(lane, count - 1)) + 1 - start);
            for (int key = hidden; key < present; key++) scores[(key * width) + lane] = float.NegativeInfinity;
        }
    }

    void Put(int item, int head, int first, int count, float* result, float* sum)
    {
        int width = Width;
        for (int lane = 0; lane < width; lane++) sum[lane] = 1 / sum[lane];
        kernels.Softmax.ScaleColumns(result, inputs.Packed.HeadSize, width, sum);
        Transpose.Run(result, width, inputs.Packed.HeadSize, count, to.Data + inputs.PlaceOf(item, head, first), inputs.Packed.Channels);
    }
}
