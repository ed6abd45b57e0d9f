using System.Numerics;
using System.Runtime.InteropServices;
using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>The engine in C# alone: vectors of this processor, a few threads of its own, packed weights, memory used again.</summary>
/// <remarks>Several threads may call it; they take turns at its workers.</remarks>
public sealed unsafe partial class ManagedEngine : IEngine
{
    readonly KernelSet kernels;
    readonly WorkerPool pool;
    readonly Scratch scratch;
    readonly ThreadLocal<ManagedScope?> scope = new();
    bool isDisposed;

    /// <param name="threads">0: one a processor.</param>
    public ManagedEngine(int threads = 0) : this(threads, KernelSet.Best)
    {
    }

    internal ManagedEngine(int threads, KernelSet kernels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        this.kernels = kernels;
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        pool = new WorkerPool(Threads);
        scratch = new Scratch(Threads);
    }

    public int Threads { get; }

    /// <summary>All widths of vectors agree bit for bit, so none is named.</summary>
    public string NumericsClass { get; } =
        $"managed-fma-net{Environment.Version.Major}-{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux")}";

    /// <summary>For what dies with its scope.</summary>
    internal BufferPool Buffers { get; } = new();

    /// <summary>For weights, and for tensors that belong to no scope: they would only split the memory that scopes use again and again.</summary>
    internal BufferPool Lasting { get; } = new(BufferPool.Medium);

    public ITensorScope Scope() => scope.Value = new ManagedScope(this, scope.Value);

    public Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        ManagedTensor tensor = New(shape);
        Require(values.Length == tensor.Length, $"The shape {tensor} asks for {tensor.Length} values; there are {values.Length}.");
        values.CopyTo(new Span<float>(tensor.Data, values.Length));
        GC.KeepAlive(tensor);
        return tensor;
    }

    public Tensor Zeros(params ReadOnlySpan<int> shape)
    {
        ManagedTensor tensor = New(shape);
        NativeMemory.Clear(tensor.Data, (nuint)(tensor.Length * sizeof(float)));
        GC.KeepAlive(tensor);
        return tensor;
    }

    public void Download(Tensor tensor, Span<float> values)
    {
        ManagedTensor source = Mine(tensor);
        Require(values.Length == source.Length, $"The tensor {tensor} holds {source.Length} values; there is room for {values.Length}.");
        new ReadOnlySpan<float>(source.Data, values.Length).CopyTo(values);
        GC.KeepAlive(source);
    }

    /// <summary>Frees all memory at once, weights and tensors too; nothing made by this engine can be used after that.</summary>
    public void Dispose()
    {
        if (isDisposed) return;
        isDisposed = true;
        pool.Dispose();
        scope.Dispose();
        scratch.Dispose();
        Buffers.Dispose();
        Lasting.Dispose();
    }

    internal ManagedTensor Own(ManagedTensor tensor)
    {
        scope.Value?.Add(tensor);
        return tensor;
    }

    internal void Close(ManagedScope closing)
    {
        // A scope closed before those inside it closes them with it: their tensors die now, too.
        if (scope.Value is { } current && current != closing) current.Dispose();
        if (scope.Value == closing) scope.Value = closing.Parent;
    }

    ManagedTensor New(params ReadOnlySpan<int> shape)
    {
        long length = 1;
        foreach (int size in shape) length *= size;
        ObjectDisposedException.ThrowIf(isDisposed, this);
        return Own(new(this, (scope.Value is null ? Lasting : Buffers).Rent(length), 0, shape));
    }

    ManagedTensor Mine(Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        return tensor is ManagedTensor mine && mine.Engine == this ? mine : throw new ArgumentException($"The tensor {tensor} belongs to another engine.", nameof(tensor));
    }

    ManagedTensor? MineOrNull(Tensor? tensor) => tensor is null ? null : Mine(tensor);

    static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new ArgumentException(otherwise);
    }

    /// <summary>The quotient, rounded up.</summary>
    static int Parts(long whole, long part) => checked((int)((whole + part - 1) / part));

    static T RoundUp<T>(T value, T step) where T : IBinaryInteger<T> => (value + step - T.One) / step * step;
}
