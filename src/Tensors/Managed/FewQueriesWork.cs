using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// A few queries of some heads against all keys, block by block, each by itself: in <see cref="AttentionWork"/> one query would take as long as a vector of them.
/// While a block's keys are read, its values are asked for, and with the values the keys that come next.
/// </summary>
readonly unsafe struct FewQueriesWork(KernelSet kernels, Scratch scratch, AttentionInputs inputs, ManagedTensor to, int threads) : IWork
{
    internal const int MostQueries = 4;

    const int Block = AttentionInputs.Block, TasksPerThread = 4;

    internal int Tasks => Math.Min(Heads, TasksPerThread * threads);

    /// <summary>Of all items.</summary>
    int Heads => inputs.Packed.Batch * inputs.Packed.Heads;

    public void Run(int task, int worker)
    {
        int last = (int)((long)Heads * (task + 1) / Tasks);
        for (int head = (int)((long)Heads * task / Tasks); head < last; head++) Attend(head / inputs.Packed.Heads, head % inputs.Packed.Heads, worker);
    }

    void Attend(int item, int head, int worker)
    {
        PackedKeys packed = inputs.Packed;
        int width = packed.ValueWidth, count = inputs.Count;
        float* questions = scratch.For(worker, (2L * count * width) + Block + packed.KeyLanes), results = questions + (count * width), scores = results + (count * width);
        Span<float> highest = stackalloc float[MostQueries], sums = stackalloc float[MostQueries];
        highest.Fill(float.MinValue);
        sums.Clear();
        new Span<float>(results, count * width).Clear();
        for (int query = 0; query < count; query++) kernels.Affine(inputs.QueryAt(item, head, query), inputs.Scale, 0, questions + (query * width), packed.HeadSize);
        for (int start = 0; start < inputs.Keys; start += Block)
        {
            byte* keys = packed.KeysFrom(item, head, start), values = packed.ValuesFrom(item, head, start);
            // Behind the last keys of a head stand those of the next one, which this thread most often takes next.
            byte* next = start + Block < inputs.Keys ? packed.KeysFrom(item, head, start + Block) : packed.KeysFrom(item, head + 1, 0);
            for (int query = 0; query < count; query++)
            {
                int present = Math.Min(Block, inputs.LimitOf(query) + 1 - start);
                if (present <= 0) continue;   // this one sees none of these
                kernels.Scores(packed.Storage, questions + (query * width), packed.HeadSize, keys, packed.KeyLanes, scores, present, values);
                if (inputs.Bias is not null) kernels.Combine(Operation.Add, scores, false, inputs.BiasAt(head, query, start), false, scores, present);
                float shrink = kernels.Absorb(scores, present, ref highest[query], ref sums[query]);
                kernels.Weigh(packed.Storage, scores, present, values, width, results + (query * width), shrink, next);
            }
        }

        for (int query = 0; query < count; query++) kernels.ScaleAndAdd(results + (query * width), 1 / sums[query], null, to.Data + inputs.PlaceOf(item, head, query), packed.HeadSize);
    }
}
