namespace DgxMusic.Tensors.Managed;

/// <summary>Memory of each worker for what lives no longer than a task. Grows to the largest demand and stays.</summary>
sealed unsafe class Scratch(int workers)
{
    readonly TensorBuffer?[] buffers = new TensorBuffer?[workers];

    /// <summary>At least so many floats, aligned to 64 bytes, with whatever values. Asked for once a task.</summary>
    internal float* For(int worker, long floats)
    {
        if (buffers[worker] is not { } buffer || buffer.Capacity < floats) buffers[worker] = buffer = new TensorBuffer(floats);
        return buffer.Data;
    }
}
