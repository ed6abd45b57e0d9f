using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// A strip of queries of one head against all keys, block by block. Queries lie in the lanes: scores of a block are a matrix of keys by queries,
/// which is at once what the second product reads as its right matrix.
/// </summary>
readonly unsafe struct AttentionWork(
    KernelSet kernels, Scratch scratch, ManagedTensor queries, PackedKeys packed, int keys, float scale, ManagedTensor? bias, bool causal, ManagedTensor to) : IWork
{
    /// <summary>Keys at a time: scores of a strip of queries are 24 KB then, half of a first-level cache. Part of the definition of the rounding.</summary>
    const int Block = 128;

    internal int Tasks => packed.Batch * packed.Heads * Strips;

    int Strips => (queries.Size(1) + Width - 1) / Width;

    /// <summary>Queries side by side: one vector where there are no more of them.</summary>
    int Width => queries.Size(1) <= kernels.Lanes ? kernels.Lanes : kernels.Columns;

    public void Run(int task, int worker)
    {
        int strip = task % Strips, head = task / Strips % packed.Heads, item = task / Strips / packed.Heads, width = Width, size = packed.HeadSize;
        int first = strip * width, count = Math.Min(width, queries.Size(1) - first), rows = packed.ValueStrips * kernels.Rows;
        float* question = scratch.For(worker, (long)width * (size + Block + kernels.Rows + rows + 3)), scores = question + (width * size);
        float* result = scores + (width * (Block + kernels.Rows)), highest = result + (width * rows), sum = highest + width, shrink = sum + width;
        PackQueries(item, head, first, count, question);
        new Span<float>(result, width * rows).Clear();
        new Span<float>(highest, width).Fill(float.MinValue);
        new Span<float>(sum, width).Clear();
        for (int start = 0; start < keys; start += Block)
        {
            int present = Math.Min(Block, keys - start);
            if (causal && start > LimitOf(first + count - 1)) break;   // nobody here sees these
            Multiply(packed.KeysFrom(item, head, start), (long)kernels.Rows * size, question, scores, present, size, add: false);
            Bend(head, first, count, start, present, scores);
            kernels.Softmax.Absorb(scores, present, width, highest, sum, shrink);
            if (start > 0) kernels.Softmax.ScaleColumns(result, rows, width, shrink);
            Multiply(packed.ValuesFrom(item, head, start), (long)packed.Capacity * kernels.Rows, scores, result, rows, present, add: true);
        }

        Put(item, head, first, count, result, sum);
    }

    void Multiply(float* a, long aStep, float* b, float* c, int rows, int depth, bool add)
    {
        for (int row = 0; row < rows; row += kernels.Rows, a += aStep)
        {
            float* put = c + ((nint)row * Width);
            int present = Math.Min(kernels.Rows, rows - row);
            if (Width == kernels.Columns) kernels.Product(a, kernels.Rows, b, put, Width, present, depth, add);
            else kernels.NarrowProduct(a, kernels.Rows, b, put, present, depth, add);
        }
    }

    /// <summary>Last key that a query sees.</summary>
    int LimitOf(int query) => causal ? keys - queries.Size(1) + query : keys - 1;

    void PackQueries(int item, int head, int first, int count, float* to)
    {
        int width = Width, size = packed.HeadSize;
        Transpose.Run(queries.Data + ((((long)item * queries.Size(1)) + first) * packed.Channels) + ((long)head * size), packed.Channels, count, size, to, width);
        for (int channel = 0; count < width && channel < size; channel++) new Span<float>(to + (channel * width) + count, width - count).Clear();
        kernels.Affine(to, scale, 0, to, (long)width * size);
    }

    /// <summary>Adds the bias and hides what a query must not see.</summary>
    void Bend(int head, int first, int count, int start, int present, float* scores)
    {
        int width = Width;
        for (int lane = 0; bias is not null && lane < count; lane++)
        {
            float* row = bias.Data + ((((long)head * queries.Size(1)) + first + lane) * keys) + start;
            for (int key = 0; key < present; key++) scores[(key * width) + lane] += row[key];
        }

        for (int lane = 0; causal && lane < width; lane++)
        {
            int hidden = Math.Max(0, LimitOf(first + Math.Min(lane, count - 1)) + 1 - start);
            for (int key = hidden; key < present; key++) scores[(key * width) + lane] = float.NegativeInfinity;
        }
    }

    void Put(int item, int head, int first, int count, float* result, float* sum)
    {
        int width = Width;
        for (int lane = 0; lane < width; lane++) sum[lane] = 1 / sum[lane];
        kernels.Softmax.ScaleColumns(result, packed.HeadSize, width, sum);
        float* put = to.Data + ((((long)item * queries.Size(1)) + first) * packed.Channels) + ((long)head * packed.HeadSize);
        Transpose.Run(result, width, packed.HeadSize, count, put, packed.Channels);
    }
}
