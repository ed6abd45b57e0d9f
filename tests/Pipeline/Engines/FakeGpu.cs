using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Pipeline.Tests.Engines;

/// <summary>A GPU that calculates as the processor does.</summary>
sealed class FakeGpu : IEngineFactory, IGpuProbe
{
    public const string Class = "fake-gpu-float32";

    public bool IsThere { get; set; } = true;

    public GpuFaultException? Fault { get; set; }

    /// <summary>Of each engine whether it is the processor's.</summary>
    public List<bool> Made { get; } = [];

    public EngineDevice DeviceOf(bool onCpu) => onCpu || !IsThere ? EngineDevice.Processor : new(SeparationDevices.Cuda, "float32", Class);

    public IEngine Create(EngineRun run)
    {
        if (!run.OnCpu && Fault is not null) throw Fault;
        Made.Add(run.OnCpu);
        return new ManagedEngine(run.Threads);
    }

    public GpuReport Look() => new(true, IsThere ? [new("One", 80_000, 80_000)] : [], IsThere ? null : "It is gone.");
}
