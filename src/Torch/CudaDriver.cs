using System.Runtime.InteropServices;

namespace DgxMusic.Torch;

/// <summary>A GPU as its driver describes it; bytes.</summary>
sealed record DriverFacts(string Name, long TotalBytes, long FreeBytes);

/// <summary>
/// What NVIDIA's driver and its management library say of GPUs, in the order and number in which libtorch sees them. Asking takes no memory on the GPU. CUDA Driver API Reference, "Device Management";
/// NVML API Reference, "Device Queries".
/// </summary>
static unsafe class CudaDriver
{
    const int NameBytes = 256, BusBytes = 32;

    static readonly Lazy<nint> driver = new(() => Loaded("libcuda.so.1", "nvcuda.dll")), management = new(() => Loaded("libnvidia-ml.so.1", "nvml.dll"));

    [StructLayout(LayoutKind.Sequential)]
    struct ManagedMemory
    {
        public ulong Total, Free, Used;
    }

    /// <summary>Null where there is no driver, or it knows no such GPU.</summary>
    internal static string? NameOf(int index) => index >= 0 && index < Count() && Device(index) is { } device ? Name(device) : null;

    internal static bool IsThere => driver.Value != 0;

    /// <summary>0 also without a driver.</summary>
    internal static int Count()
    {
        if (driver.Value == 0 || ((delegate* unmanaged<uint, int>)Export(driver.Value, "cuInit"))(0) != 0) return 0;
        int count = 0;
        return ((delegate* unmanaged<int*, int>)Export(driver.Value, "cuDeviceGetCount"))(&count) == 0 ? count : 0;
    }

    /// <summary>Null where the driver does not tell all of it.</summary>
    internal static DriverFacts? Facts(int index)
    {
        if (index < 0 || index >= Count() || Device(index) is not { } device || Name(device) is not { } name) return null;
        nuint total = 0;
        if (((delegate* unmanaged<nuint*, int, int>)Export(driver.Value, "cuDeviceTotalMem_v2"))(&total, device) != 0) return null;
        return FreeBytes(device) is { } free ? new(name, (long)total, Math.Min(free, (long)total)) : null;
    }

    static int? Device(int index)
    {
        int device = 0;
        return ((delegate* unmanaged<int*, int, int>)Export(driver.Value, "cuDeviceGet"))(&device, index) == 0 ? device : null;
    }

    static string? Name(int device)
    {
        byte* text = stackalloc byte[NameBytes];
        return ((delegate* unmanaged<byte*, int, int, int>)Export(driver.Value, "cuDeviceGetName"))(text, NameBytes, device) == 0 ? Marshal.PtrToStringUTF8((nint)text) : null;
    }

    // The driver itself would make a context on the GPU before it tells how much is free.
    static long? FreeBytes(int device)
    {
        byte* bus = stackalloc byte[BusBytes];
        if (((delegate* unmanaged<byte*, int, int, int>)Export(driver.Value, "cuDeviceGetPCIBusId"))(bus, BusBytes, device) != 0) return null;
        if (management.Value == 0 || ((delegate* unmanaged<int>)Export(management.Value, "nvmlInit_v2"))() != 0) return null;
        try
        {
            nint handle = 0;
            ManagedMemory memory = default;
            if (((delegate* unmanaged<byte*, nint*, int>)Export(management.Value, "nvmlDeviceGetHandleByPciBusId_v2"))(bus, &handle) != 0) return null;
            return ((delegate* unmanaged<nint, ManagedMemory*, int>)Export(management.Value, "nvmlDeviceGetMemoryInfo"))(handle, &memory) == 0 ? (long)memory.Free : null;
        }
        finally
        {
            ((delegate* unmanaged<int>)Export(management.Value, "nvmlShutdown"))();
        }
    }

    static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);

    static nint Loaded(string linux, string windows) => NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? windows : linux, out nint library) ? library : 0;
}
