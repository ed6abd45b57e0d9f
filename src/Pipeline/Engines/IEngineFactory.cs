using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Pipeline.Engines;

/// <summary>What an engine for tensors calculates on.</summary>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Dtype">Arithmetic of its products.</param>
/// <param name="NumericsClass">Of an engine that is not ours, as <see cref="IEngine.NumericsClass"/> says it; null: of ours.</param>
public sealed record EngineDevice(string Device, string Dtype, string? NumericsClass)
{
    public static EngineDevice Processor { get; } = new(SeparationDevices.Cpu, "float32", null);
}

/// <summary>Makes what models calculate with. A host that can use GPUs adds its own.</summary>
public interface IEngineFactory
{
    /// <summary>What <see cref="Create"/> takes.</summary>
    /// <param name="onCpu">Not the GPU, whatever else it would be.</param>
    EngineDevice DeviceOf(bool onCpu);

    /// <summary>For one model, which disposes of it.</summary>
    /// <exception cref="GpuFaultException">There is one, and it does not answer.</exception>
    IEngine Create(EngineRun run);
}

public static class EngineFactories
{
    /// <summary>Of a model of networks that runs on what the factory makes.</summary>
    public static EngineFacts FactsOf(this IEngineFactory engines, string name, string weightsSha256, bool onCpu)
    {
        EngineDevice device = engines.DeviceOf(onCpu);
        return new(name, "1", weightsSha256, device.Dtype, device.Device);
    }

    public static NumericsClass NumericsOf(this IEngineFactory engines, bool onCpu) => NumericsClass.Here with { Engine = engines.DeviceOf(onCpu).NumericsClass };
}

/// <summary>Our own engine, on the processor.</summary>
public sealed class ManagedEngines : IEngineFactory
{
    public EngineDevice DeviceOf(bool onCpu) => EngineDevice.Processor;

    public IEngine Create(EngineRun run) => new ManagedEngine(run.Threads);
}
