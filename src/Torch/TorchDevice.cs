using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using DgxMusic.Pipeline.Engines;
using TorchSharp;

namespace DgxMusic.Torch;

/// <summary>Where an engine calculates; one object a device and process, because memory and faults are those of the process.</summary>
public sealed class TorchDevice
{
    static readonly ConcurrentDictionary<int, TorchDevice> gpus = new();

    readonly int index;
    string? model;

    /// <param name="index">Below 0: the CPU.</param>
    internal TorchDevice(int index) => this.index = index;

    public static TorchDevice Cpu { get; } = new(-1);

    public bool IsGpu => index >= 0;

    /// <summary>At the beginning of a sentence.</summary>
    public string Name => IsGpu ? $"The GPU {Model}" : "The CPU";

    /// <summary>Devices of one class give the same bits. On the CPU the number of threads decides where sums are cut.</summary>
    public string ClassName => IsGpu ? $"cuda-{Model.Replace(' ', '-')}" : $"cpu-{torch.get_num_threads()}";

    internal DeviceMemory Memory { get; } = new();

    /// <summary>Why the GPU is of no more use to this process; null while it is.</summary>
    internal string? Loss { get; private set; }

    string Model => model ??= CudaDriver.NameOf(index) ?? $"number {index}";

    public static TorchDevice Gpu(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return gpus.GetOrAdd(index, number => new(number));
    }

    /// <summary>The driver; null where it does not tell.</summary>
    internal DriverFacts? Ask() => CudaDriver.Facts(index);

    internal void Lose(string why) => Loss ??= why;

    /// <exception cref="GpuFaultException">It does not answer.</exception>
    internal torch.Device Open()
    {
        if (Loss is not null) throw new GpuFaultException($"{Name} was lost: {Loss}. It serves again once this program is started anew.");
        try
        {
            // First of all, because it is what loads libtorch.
            bool answers = torch.TryInitializeDeviceType(IsGpu ? DeviceType.CUDA : DeviceType.CPU) && (!IsGpu || index < torch.cuda.device_count());
            if (!answers) throw new GpuFaultException($"{Name} does not answer: libtorch finds no such device.");
            // Numbers of float32 with all their bits, sums of half precision in float32.
            torch.backends.cuda.matmul.allow_tf32 = false;
            torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = false;
            torch.backends.cudnn.allow_tf32 = false;
            return IsGpu ? new torch.Device(DeviceType.CUDA, index) : torch.CPU;
        }
        catch (ExternalException fault)
        {
            throw TorchFaults.Of(fault, this);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or NotSupportedException or TypeInitializationException)
        {
            throw new GpuFaultException($"libtorch could not be loaded: {TorchFaults.FirstSentence(fault.Message)}.", fault);
        }
    }
}
