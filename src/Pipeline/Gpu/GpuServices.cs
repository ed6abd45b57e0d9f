using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DgxMusic.Pipeline.Gpu;

public static class GpuServices
{
    /// <summary>What plans work for GPUs.</summary>
    internal static IServiceCollection AddGpu(this IServiceCollection services)
    {
        services.AddSettings<GpuOptions>("Gpu");
        services.TryAddSingleton<IGpuWaker, NoGpuWaker>();
        return services.AddSingleton<GpuNodes>().AddSingleton<ISweep>(provider => provider.GetRequiredService<GpuNodes>()).AddSingleton<GpuFinder>().AddSingleton<GpuReception>().AddSingleton<GpuRescue>();
    }

    /// <summary>Makes this process a worker that others can find.</summary>
    public static IServiceCollection AddGpuNode(this IServiceCollection services) =>
        services.AddSingleton<NodeHeartbeat>().AddHostedService(provider => provider.GetRequiredService<NodeHeartbeat>());
}
