using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    public Tensor Attention(Tensor queries, Tensor keys, Tensor values, AttentionLayout layout)
    {
        TorchTensor k = Mine(keys), v = Mine(values);
        Require(keys.Rank == 3 && keys.Shape.SequenceEqual(values.Shape), $"Keys {keys} and values {values} do not go together.");
        RequireHeads(layout.Heads, keys.Size(2));
        return Attention(queries, keys.Size(0), keys.Size(2), keys.Size(1), layout, () => (Heads(Fast(k.Native), layout.Heads), Heads(Fast(v.Native), layout.Heads)));
    }

    public Tensor Attention(Tensor queries, KeyValueCache cache, AttentionLayout layout)
    {
        TorchCache mine = cache as TorchCache ?? throw new ArgumentException("This cache belongs to another engine.", nameof(cache));
        Require(layout.Heads == mine.HeadCount, $"The cache was made for {mine.HeadCount} heads, not {layout.Heads}.");
        return Attention(queries, mine.Batch, mine.Channels, mine.Length, layout, () => (mine.Keys, mine.Values));
    }

    public KeyValueCache CreateCache(int batch, int heads, int channels, int capacity, CacheStorage storage = CacheStorage.Float32)
    {
        RequireHeads(heads, channels);
        Require(batch > 0 && capacity > 0, $"A cache of {batch} items and {capacity} tokens holds nothing.");
        long[] shape = [batch, heads, capacity, channels / heads];
        return new TorchCache(this, storage, Run(() => torch.zeros(shape, products, device)), Run(() => torch.zeros(shape, products, device)));
    }

    static void RequireHeads(int heads, int channels) => Require(heads > 0 && channels % heads == 0, $"{channels} channels do not make {heads} heads.");

    /// <summary>(B, T, C) → (B, H, T, C / H).</summary>
    static Native Heads(Native x, int heads) => x.reshape(x.shape[0], x.shape[1], heads, x.shape[2] / heads).transpose(1, 2);

    /// <param name="stored">Keys that are there.</param>
    /// <param name="memory">Keys and values, (B, H, S, C / H).</param>
    TorchTensor Attention(Tensor queries, int batch, int channels, int stored, AttentionLayout layout, Func<(Native Keys, Native Values)> memory)
    {
        TorchTensor q = Mine(queries);
        int keys = layout.Keys ?? stored, count = queries.Rank == 3 ? queries.Size(1) : 0;
        Require(queries.Rank == 3 && queries.Size(0) == batch && queries.Size(2) == channels, $"Queries {queries} do not fit keys ({batch}, {stored}, {channels}).");
        Require(keys > 0 && keys <= stored, $"Of {stored} keys, {keys} cannot count.");
        Require(!layout.Causal || keys >= count, $"{count} causal queries need as many keys; there are {keys}.");
        Native? bias = MineOrNull(layout.Bias);
        Require(layout.Bias is null || layout.Bias.Shape.SequenceEqual([layout.Heads, count, keys]), $"The bias {layout.Bias} is not one of {layout.Heads} heads, {count} queries and {keys} keys.");
        // libtorch divides by the root of a head's channels.
        float factor = layout.Scale is { } scale ? scale * MathF.Sqrt(channels / layout.Heads) : 1;
        return New(() =>
        {
            (Native k, Native v) = memory();
            Native heads = Heads(Fast(q.Native), layout.Heads);
            Native seen = torch.nn.functional.scaled_dot_product_attention(
                factor == 1 ? heads : heads.Times(factor), k.narrow(2, 0, keys), v.narrow(2, 0, keys), MaskOf(bias, layout.Causal, count, keys));
            return seen.transpose(1, 2).reshape(batch, count, channels);
        });
    }

    /// <summary>What is added to the products; null: nothing. The last query sees all keys, whereas libtorch's own causal mask lets the first see one.</summary>
    Native? MaskOf(Native? bias, bool isCausal, int queries, int keys)
    {
        if (!isCausal || queries == 1) return bias is null ? null : Fast(bias);
        Native mask = Arithmetic.Filled([queries, keys], double.NegativeInfinity, products, device).triu(keys - queries + 1);
        return bias is null ? mask : mask.Plus(Fast(bias));
    }

    sealed class TorchCache : KeyValueCache
    {
        readonly TorchEngine engine;
        readonly CacheStorage storage;
        readonly Native keys, values;
        bool isDisposed;

        internal TorchCache(TorchEngine engine, CacheStorage storage, Native keys, Native values)
        {
            (this.engine, this.storage, this.keys, this.values) = (engine, storage, keys, values);
            engine.Hold(keys);
            engine.Hold(values);
        }

        internal int Batch => (int)Keys.shape[0];

        internal int HeadCount => (int)Keys.shape[1];

        internal int Channels => (int)(Keys.shape[1] * Keys.shape[3]);

        internal Native Keys => isDisposed ? throw new ObjectDisposedException("cache", "This cache is closed.") : keys;

        internal Native Values => values;

        public override int Capacity => (int)Keys.shape[2];

        public override void Append(Tensor keys, Tensor values)
        {
            Require(keys.Rank == 3 && keys.Shape.SequenceEqual(values.Shape) && keys.Size(0) == Batch && keys.Size(2) == Channels,
                $"Keys {keys} and values {values} do not fit a cache of ({Batch}, …, {Channels}).");
            Require(keys.Size(1) <= Capacity - Length, $"{keys.Size(1)} tokens after {Length} exceed the cache of {Capacity}.");
            Put(Keys, engine.Mine(keys).Native);
            Put(this.values, engine.Mine(values).Native);
            Length += keys.Size(1);
        }

        void Put(Native into, Native tokens) =>
            engine.Run(() => into.narrow(2, Length, tokens.shape[1]).copy_(Heads(Rounded(tokens), HeadCount))).Dispose();

        Native Rounded(Native tokens) => storage == CacheStorage.BFloat16 ? tokens.to(torch.ScalarType.BFloat16) : tokens;

        protected override void Dispose(bool disposing)
        {
            if (!disposing || isDisposed) return;
            isDisposed = true;
            engine.LetGo(keys);
            engine.LetGo(values);
        }
    }
}
