namespace DgxMusic.Tensors.Managed;

/// <summary>Memory of each worker for what lives no longer than a task. Grows to the largest demand and stays.</summary>
sealed unsafe class Scratch(int workers) : IDisposable
{
    readonly Segment?[] segments = new Segment?[workers];

    /// <summary>At least so many floats, aligned to 64 bytes, with whatever values. Asked for once a task.</summary>
    internal float* For(int worker, long floats)
    {
        if (segments[worker] is { } there && there.Length >= floats) return there.Data;
        segments[worker]?.Dispose();
        return (segments[worker] = new Segment(floats)).Data;
    }

    public void Dispose()
    {
        foreach (Segment? segment in segments) segment?.Dispose();
    }
}
