using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

/// <summary>The engine on libtorch, on the CPU or a GPU. Weights go to the device once and stay there.</summary>
/// <remarks>
/// <para>Several threads may call it, each with scopes of its own.</para>
/// <para>
/// The same calls give the same bits on one class of device: TensorFloat-32 is off, no algorithm is chosen by trial, and only operations are used whose results on GPUs do not depend on
/// the order in which threads end. Transposed convolutions are plain ones whose results are interleaved for that reason.
/// </para>
/// </remarks>
public sealed partial class TorchEngine : IEngine
{
    readonly TorchDevice place;
    readonly torch.Device device;
    readonly torch.ScalarType products;
    readonly ThreadLocal<TorchScope?> scope = new();

    // What belongs to no scope lives until nobody refers to it, but no longer than the engine.
    readonly ConditionalWeakTable<TorchTensor, object> free = [];
    readonly HashSet<Native> lasting = new(ReferenceEqualityComparer.Instance);
    bool isDisposed;

    /// <exception cref="Pipeline.Engines.GpuFaultException">The device does not answer.</exception>
    public TorchEngine(TorchDevice place, Precision precision = Precision.Float32)
    {
        this.place = place;
        products = precision switch { Precision.Float16 => torch.ScalarType.Float16, Precision.BFloat16 => torch.ScalarType.BFloat16, _ => torch.ScalarType.Float32 };
        device = place.Open();
        NumericsClass = ClassOf(place, precision);
    }

    /// <summary>Version of libtorch, class of device, and what products are calculated in.</summary>
    public string NumericsClass { get; }

    internal DeviceMemory Memory => place.Memory;

    /// <summary>What <see cref="NumericsClass"/> would be.</summary>
    public static string ClassOf(TorchDevice place, Precision precision) => $"torch-{torch.__version__}-{place.ClassName}-{DtypeName(precision)}";

    /// <summary>As manifests call it.</summary>
    public static string DtypeName(Precision precision) => precision.ToString().ToLowerInvariant();

    public ITensorScope Scope() => scope.Value = new TorchScope(this, scope.Value);

    public Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        Native here = Copied(values, shape);
        return New(() => here.to(device, disposeAfter: true));
    }

    public Tensor Zeros(params ReadOnlySpan<int> shape)
    {
        long[] sizes = Sizes(shape);
        return New(() => torch.zeros(sizes, torch.float32, device));
    }

    public void Download(Tensor tensor, Span<float> values)
    {
        TorchTensor source = Mine(tensor);
        Require(values.Length == source.Length, $"The tensor {tensor} holds {source.Length} values; there is room for {values.Length}.");
        using Native here = Run(() => Exact(source.Native).contiguous().to(torch.CPU));
        MemoryMarshal.Cast<byte, float>(here.bytes).CopyTo(values);
    }

    /// <summary>Gives all memory back at once, weights and tensors too; nothing made by this engine can be used after that.</summary>
    public void Dispose()
    {
        if (isDisposed) return;
        isDisposed = true;
        foreach ((TorchTensor tensor, _) in free) tensor.Release();
        lock (lasting)
        {
            foreach (Native native in lasting) Forget(native);
            lasting.Clear();
        }

        scope.Dispose();
    }

    internal Tensor View(TorchTensor of, Func<Native, Native> view) => Wrap(Run(() => view(of.Native)), isView: true);

    internal void Own(TorchTensor tensor, TorchScope? owner)
    {
        tensor.Owner = owner;
        if (owner is null) free.AddOrUpdate(tensor, this);
        else owner.Add(tensor);
    }

    internal void Close(TorchScope closing)
    {
        if (isDisposed) return;
        // A scope closed before those inside it closes them with it: their tensors die now, too.
        if (scope.Value is { } current && current != closing) current.Dispose();
        if (scope.Value == closing) scope.Value = closing.Parent;
    }

    /// <summary>What an operation gives; all else that it made is given back.</summary>
    TorchTensor New(Func<Native> operation) => Wrap(Run(operation), isView: false);

    TorchTensor Wrap(Native native, bool isView)
    {
        var tensor = new TorchTensor(this, native, isView);
        Own(tensor, scope.Value);
        return tensor;
    }

    /// <summary>Calls libtorch. Where memory is short, what nobody refers to is collected first and the operation tried once more; libtorch empties its own cache before it gives up.</summary>
    /// <exception cref="Pipeline.Engines.GpuFaultException">It did not succeed.</exception>
    Native Run(Func<Native> operation)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        try
        {
            return RunOnce(operation);
        }
        catch (ExternalException fault) when (TorchFaults.IsMemory(fault))
        {
            Memory.Emptied();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        catch (ExternalException fault)
        {
            throw TorchFaults.Of(fault, place);
        }

        try
        {
            return RunOnce(operation);
        }
        catch (ExternalException fault)
        {
            throw TorchFaults.Of(fault, place);
        }
    }

    static Native RunOnce(Func<Native> operation)
    {
        using IDisposable inference = torch.inference_mode();
        using DisposeScope made = torch.NewDisposeScope();
        Native result = operation().DetachFromDisposeScope();
        // What it reads must not be collected while libtorch reads it.
        GC.KeepAlive(operation);
        return result;
    }

    /// <summary>Weights on the device, for as long as the engine lives.</summary>
    Native Lasting(ReadOnlySpan<float> values, ReadOnlySpan<int> shape, torch.ScalarType dtype)
    {
        Native here = Copied(values, shape), there = Run(() => here.to(dtype, device, disposeAfter: true));
        Hold(there);
        return there;
    }

    void Hold(Native native)
    {
        Memory.Take(SizeOf(native));
        lock (lasting) lasting.Add(native);
    }

    void LetGo(Native native)
    {
        lock (lasting)
        {
            if (!lasting.Remove(native)) return;
        }

        Forget(native);
    }

    void Forget(Native native)
    {
        Memory.Give(SizeOf(native));
        native.Dispose();
    }

    static long SizeOf(Native native) => native.NumberOfElements * native.ElementSize;

    /// <summary>On the CPU.</summary>
    Native Copied(ReadOnlySpan<float> values, ReadOnlySpan<int> shape)
    {
        long[] sizes = Sizes(shape);
        long length = sizes.Aggregate(1L, (product, size) => product * size);
        Require(values.Length == length, $"The shape ({string.Join(", ", sizes)}) asks for {length} values; there are {values.Length}.");
        Native here = Run(() => torch.empty(sizes, torch.float32, torch.CPU));
        MemoryMarshal.AsBytes(values).CopyTo(here.bytes);
        return here;
    }

    /// <summary>As products take their operands.</summary>
    Native Fast(Native x) => x.dtype == products ? x : x.to(products);

    /// <summary>As all else takes them.</summary>
    static Native Exact(Native x) => x.dtype == torch.float32 ? x : x.to(torch.float32);

    TorchTensor Mine(Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        return tensor is TorchTensor mine && mine.Engine == this ? mine : throw new ArgumentException($"The tensor {tensor} belongs to another engine.", nameof(tensor));
    }

    Native? MineOrNull(Tensor? tensor) => tensor is null ? null : Mine(tensor).Native;

    static long[] Sizes(ReadOnlySpan<int> shape)
    {
        long[] sizes = new long[shape.Length];
        for (int axis = 0; axis < sizes.Length; axis++) sizes[axis] = shape[axis];
        return sizes;
    }

    static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new ArgumentException(otherwise);
    }
}
