using DgxMusic.Pipeline.Engines;
using TorchSharp;

namespace DgxMusic.Torch;

/// <summary>A device and how it is now.</summary>
sealed record TorchGpu(TorchDevice Device, GpuFacts Facts);

/// <summary>
/// The GPUs that engines run on: those of one name, the first one's, so that the same work has the same bits on whichever is free. What there is, is found once; how much memory is free, each time.
/// </summary>
public sealed class TorchGpus
{
    const double BytesPerMb = 1 << 20;

    readonly Lazy<(IReadOnlyList<TorchDevice> Devices, string? Reason)> found;
    readonly Func<TorchDevice, GpuFacts?> look;

    public TorchGpus() : this(Find, Look)
    {
    }

    /// <param name="find">Devices, or why there are none.</param>
    /// <param name="look">Null: it does not tell.</param>
    internal TorchGpus(Func<(IReadOnlyList<TorchDevice> Devices, string? Reason)> find, Func<TorchDevice, GpuFacts?> look) => (found, this.look) = (new(find), look);

    /// <summary>Free memory counts what our own engines gave back, which the driver still counts as taken.</summary>
    public GpuReport Report()
    {
        TorchDevice? lost = found.Value.Devices.FirstOrDefault(device => device.Loss is not null);
        TorchGpu[] alive = [.. Alive()];
        string? reason = alive.Length > 0 ? null
            : lost is not null ? $"{lost.Name} was lost: {lost.Loss}. It serves again once this program is started anew."
            : found.Value.Reason ?? "The driver does not tell how much memory the GPU has free.";
        return new(true, [.. alive.Select(gpu => gpu.Facts)], reason);
    }

    /// <summary>Whether there is one at all, lost or not: what is begun there does not become another work because it fails.</summary>
    internal TorchDevice? First => found.Value.Devices is [{ } first, ..] ? first : null;

    /// <summary>The one with the most memory free; where none tells, the first.</summary>
    internal TorchDevice? Best => Alive().MaxBy(gpu => gpu.Facts.FreeMb)?.Device ?? First;

    IEnumerable<TorchGpu> Alive()
    {
        foreach (TorchDevice device in found.Value.Devices.Where(device => device.Loss is null))
        {
            if (look(device) is { } facts) yield return new(device, facts);
        }
    }

    // libtorch is loaded only where a driver is: it takes a while and some memory.
    static (IReadOnlyList<TorchDevice> Devices, string? Reason) Find()
    {
        try
        {
            if (!CudaDriver.IsThere) return ([], "No NVIDIA driver answers on this machine.");
            if (!torch.cuda.is_available()) return ([], "libtorch finds no GPU: it is built without CUDA, or for a newer driver than this machine's.");
            TorchDevice[] all = [.. Enumerable.Range(0, torch.cuda.device_count()).Select(TorchDevice.Gpu)];
            return ([.. all.Where(device => device.Name == all[0].Name)], all.Length == 0 ? "libtorch counts no GPU." : null);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return ([], $"libtorch could not be asked for GPUs ({fault.GetType().Name}: {TorchFaults.FirstSentence(fault.Message)}).");
        }
    }

    static GpuFacts? Look(TorchDevice device)
    {
        try
        {
            if (device.Ask() is not { } told) return null;
            long free = Math.Min(told.FreeBytes + device.Memory.Cached, told.TotalBytes);
            return new(told.Name, (long)(told.TotalBytes / BytesPerMb), (long)(free / BytesPerMb));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>Looks for GPUs that libtorch can use.</summary>
public sealed class TorchProbe(TorchGpus gpus) : IGpuProbe
{
    public GpuReport Look() => gpus.Report();
}
