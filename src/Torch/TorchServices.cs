using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Engines;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Torch;

public static class TorchServices
{
    /// <summary>Has networks calculate on a GPU wherever one is and the work may be there. For a host that has the pipeline.</summary>
    public static IServiceCollection AddTorch(this IServiceCollection services) => services.AddSettings<TorchOptions>("Torch")
        .AddSingleton<TorchGpus>().AddSingleton<IGpuProbe, TorchProbe>().AddSingleton<IEngineFactory, TorchEngines>();
}
