namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    public Tensor Attention(Tensor queries, Tensor keys, Tensor values, AttentionLayout layout)
    {
        ManagedTensor k = Mine(keys), v = Mine(values);
        Require(keys.Rank == 3 && keys.Shape.SequenceEqual(values.Shape), $"Keys {keys} and values {values} do not go together.");
        RequireHeads(layout.Heads, keys.Size(2));
        using var packed = new PackedKeys(kernels, Buffers, keys.Size(0), layout.Heads, keys.Size(2), keys.Size(1));
        packed.Put(pool, k, v, 0);
        return Attention(queries, packed, keys.Size(1), layout);
    }

    public Tensor Attention(Tensor queries, KeyValueCache cache, AttentionLayout layout)
    {
        ManagedCache mine = cache as ManagedCache ?? throw new ArgumentException("This cache belongs to another engine.", nameof(cache));
        Require(layout.Heads == mine.Packed.Heads, $"The cache was made for {mine.Packed.Heads} heads, not {layout.Heads}.");
        return Attention(queries, mine.Packed, mine.Length, layout);
    }

    public KeyValueCache CreateCache(int batch, int heads, int channels, int capacity, CacheStorage storage = CacheStorage.Float32)
    {
        RequireHeads(heads, channels);
        Require(batch > 0 && capacity > 0, $"A cache of {batch} items and {capacity} tokens holds nothing.");
        return new ManagedCache(this, new(kernels, Buffers, batch, heads, channels, capacity, storage));
    }

    static void RequireHeads(int heads, int channels) => Require(heads > 0 && channels % heads == 0, $"{channels} channels do not make {heads} heads.");

    ManagedTensor Attention(Tensor queries, PackedKeys packed, int stored, AttentionLayout layout)
    {
        ManagedTensor q = Mine(queries), to = New(queries.Shape);
        int keys = layout.Keys ?? stored;
        Require(
            queries.Rank == 3 && queries.Size(0) == packed.Batch && queries.Size(2) == packed.Channels,
            $"Queries {queries} do not fit keys ({packed.Batch}, {stored}, {packed.Channels}).");
        Require(keys > 0 && keys <= stored, $"Of {stored} keys, {keys} cannot count.");
        Require(!layout.Causal || keys >= queries.Size(1), $"{queries.Size(1)} causal queries need as many keys; there are {keys}.");
        ManagedTensor? bias = MineOrNull(layout.Bias);
        Require(
            bias is null || bias.Shape.SequenceEqual([layout.Heads, queries.Size(1), keys]),
            $"The bias {bias} is not one of {layout.Heads} heads, {queries.Size(1)} queries and {keys} keys.");
        var inputs = new AttentionInputs(q, packed, keys, layout.Scale ?? (1 / MathF.Sqrt(packed.HeadSize)), bias, layout.Causal);
        if (queries.Size(1) <= FewQueriesWork.MostQueries)
        {
            var few = new FewQueriesWork(kernels, scratch, inputs, to, Threads);
            pool.Run(few.Tasks, few);
        }
        else
        {
            var work = new AttentionWork(kernels, scratch, inputs, to);
            pool.Run(work.Tasks, work);
        }

        return to;
    }

    sealed class ManagedCache(ManagedEngine engine, PackedKeys packed) : KeyValueCache
    {
        internal PackedKeys Packed => packed;

        public override int Capacity => packed.Capacity;

        public override void Append(Tensor keys, Tensor values)
        {
            Require(keys.Rank == 3 && keys.Shape.SequenceEqual(values.Shape) && keys.Size(0) == packed.Batch && keys.Size(2) == packed.Channels,
                $"Keys {keys} and values {values} do not fit a cache of ({packed.Batch}, …, {packed.Channels}).");
            Require(keys.Size(1) <= Capacity - Length, $"{keys.Size(1)} tokens after {Length} exceed the cache of {Capacity}.");
            packed.Put(engine.pool, engine.Mine(keys), engine.Mine(values), Length);
            Length += keys.Size(1);
        }

        protected override void Dispose(bool disposing) => packed.Dispose();
    }
}
