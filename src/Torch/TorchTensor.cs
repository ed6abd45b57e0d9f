using DgxMusic.Tensors;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

/// <summary>A tensor of libtorch, of any steps between its values; several may share memory, which goes with the last of them.</summary>
sealed class TorchTensor : Tensor
{
    readonly TorchEngine engine;
    readonly long bytes;
    Native? native;

    /// <param name="isView">Shares the memory of another.</param>
    internal TorchTensor(TorchEngine engine, Native native, bool isView) : base(engine, ShapeOf(native))
    {
        (this.engine, this.native, bytes) = (engine, native, isView ? 0 : native.NumberOfElements * native.ElementSize);
        engine.Memory.Take(bytes);
    }

    // The memory itself is given back by libtorch's own finalizer.
    ~TorchTensor() => engine?.Memory.Give(bytes);

    /// <summary>The scope it dies with; null: it lives until nobody refers to it.</summary>
    internal TorchScope? Owner { get; set; }

    internal Native Native => native ?? throw new ObjectDisposedException($"tensor {this}", "The scope that this tensor was made in is closed.");

    public override Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        long[] sizes = Array.ConvertAll(ShapeOf(shape), size => (long)size);
        return engine.View(this, from => from.reshape(sizes));
    }

    internal void Release()
    {
        if (Interlocked.Exchange(ref native, null) is not { } last) return;
        GC.SuppressFinalize(this);
        last.Dispose();
        engine.Memory.Give(bytes);
    }

    static int[] ShapeOf(Native native) => Array.ConvertAll(native.shape, size => checked((int)size));
}

/// <summary>The tensors made since it was opened.</summary>
sealed class TorchScope(TorchEngine engine, TorchScope? parent) : ITensorScope
{
    readonly List<TorchTensor> tensors = [];
    bool isClosed;

    internal TorchScope? Parent => parent;

    public Tensor Keep(Tensor tensor)
    {
        var kept = (TorchTensor)tensor;
        if (kept.Owner != this) return tensor;
        engine.Own(kept, parent);
        return tensor;
    }

    public void Drop(Tensor tensor)
    {
        var dropped = (TorchTensor)tensor;
        if (dropped.Owner == this) dropped.Release();
    }

    public void Dispose()
    {
        if (isClosed) return;
        isClosed = true;
        engine.Close(this);
        foreach (TorchTensor tensor in tensors)
        {
            if (tensor.Owner == this) tensor.Release();
        }

        tensors.Clear();
    }

    internal void Add(TorchTensor tensor) => tensors.Add(tensor);
}
