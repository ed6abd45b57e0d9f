using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors;
using Microsoft.Extensions.Options;

namespace DgxMusic.Torch;

/// <summary>libtorch where a GPU is and may be used; our own engine else.</summary>
public sealed class TorchEngines(TorchGpus gpus, IOptions<TorchOptions> options) : IEngineFactory
{
    readonly ManagedEngines processor = new();

    public EngineDevice DeviceOf(bool onCpu) => onCpu || gpus.First is not { } device
        ? processor.DeviceOf(onCpu)
        : new(SeparationDevices.Cuda, TorchEngine.DtypeName(options.Value.Precision), TorchEngine.ClassOf(device, options.Value.Precision));

    public IEngine Create(EngineRun run) => run.OnCpu || gpus.Best is not { } device ? processor.Create(run) : new TorchEngine(device, options.Value.Precision);
}
