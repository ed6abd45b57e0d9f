namespace DgxMusic.Tensors.Managed;

/// <summary>A view of a buffer; also what operations read and write through.</summary>
sealed unsafe class ManagedTensor : Tensor
{
    readonly long offset;
    TensorBuffer? buffer;

    internal ManagedTensor(ManagedEngine engine, TensorBuffer buffer, long offset, ReadOnlySpan<int> shape) : base(engine, shape)
    {
        (this.buffer, this.offset) = (buffer, offset);
        buffer.Share();
    }

    /// <summary>The scope it dies with; null: it lives until nobody refers to it.</summary>
    internal ManagedScope? Owner { get; set; }

    internal float* Data => Alive.Data + offset;

    TensorBuffer Alive => buffer ?? throw new ObjectDisposedException($"tensor {this}", "The scope that this tensor was made in is closed.");

    public override Tensor Reshape(params ReadOnlySpan<int> shape) => View(0, ShapeOf(shape));

    internal ManagedTensor View(long start, ReadOnlySpan<int> shape) => ((ManagedEngine)Engine).Own(new(((ManagedEngine)Engine), Alive, offset + start, shape));

    internal void Release()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } last && last.Leave()) last.Return();
    }
}

/// <summary>The tensors made since it was opened.</summary>
sealed class ManagedScope(ManagedEngine engine, ManagedScope? parent) : ITensorScope
{
    readonly List<ManagedTensor> tensors = [];
    bool closed;

    internal ManagedScope? Parent => parent;

    public Tensor Keep(Tensor tensor)
    {
        var kept = (ManagedTensor)tensor;
        if (kept.Owner != this) return tensor;
        kept.Owner = parent;
        parent?.tensors.Add(kept);
        return tensor;
    }

    public void Drop(Tensor tensor)
    {
        var dropped = (ManagedTensor)tensor;
        if (dropped.Owner == this) dropped.Release();
    }

    public void Dispose()
    {
        if (closed) return;
        closed = true;
        engine.Close(this);
        foreach (ManagedTensor tensor in tensors)
        {
            if (tensor.Owner == this) tensor.Release();
        }

        tensors.Clear();
    }

    internal void Add(ManagedTensor tensor)
    {
        tensor.Owner = this;
        tensors.Add(tensor);
    }
}
