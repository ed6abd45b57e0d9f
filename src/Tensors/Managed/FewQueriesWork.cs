using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>
/// A few queries of one head against all keys, block by block, each by itself: in <see cref="AttentionWork"/> one query would take as long as a vector of them.
/// The second query of a block finds it in the cache.
/// </summary>
readonly unsafe struct FewQueriesWork(KernelSet kernels, Scratch scratch, AttentionInputs inputs, ManagedTensor to) : IWork
{
    internal const int MostQueries = 4;

    const int Block = AttentionInputs.Block;

    public void Run(int task, int worker)
    {
        PackedKeys packed = inputs.Packed;
        int item = task / packed.Heads, head = task % packed.Heads, width = packed.ValueWidth, count = inputs.Count;
        float* questions = scratch.For(worker, (2L * count * width) + Block + packed.KeyLanes), results = questions + (count * width), scores = results + (count * width);
        Span<float> highest = stackalloc float[MostQueries], sums = stackalloc float[MostQueries];
        highest.Fill(float.MinValue);
        sums.Clear();
        new Span<float>(results, count * width).Clear();
        for (int query = 0; query < count; query++) kernels.Affine(inputs.QueryAt(item, head, query), inputs.Scale, 0, questions + (query * width), packed.HeadSize);
        for (int start = 0; start < inputs.Keys; start += Block)
        {
            for (int query = 0; query < count; query++)
            {
                int present = Math.Min(Block, inputs.LimitOf(query) + 1 - start);
                if (present <= 0) continue;   // this one sees none of these
                kernels.Scores(packed.Storage, questions + (query * width), packed.HeadSize, packed.KeysFrom(item, head, start), packed.KeyLanes, scores, present);
                if (inputs.Bias is not null) kernels.Combine(Operation.Add, scores, false, inputs.BiasAt(head, query, start), false, scores, present);
                float shrink = kernels.Absorb(scores, present, ref highest[query], ref sums[query]);
                kernels.Weigh(packed.Storage, scores, present, packed.ValuesFrom(item, head, start), width, results + (query * width), shrink);
            }
        }

        for (int query = 0; query < count; query++)
        {
            float share = 1 / sums[query];
            kernels.ScaleAndAdd(results + (query * width), share, null, to.Data + inputs.PlaceOf(item, head, query), packed.HeadSize);
        }
    }
}
