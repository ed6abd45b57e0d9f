using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Live;

/// <summary>Separation of music that is being played.</summary>
static class LiveServices
{
    public static IServiceCollection AddLive(this IServiceCollection services) => services.AddSettings<LiveOptions>("Live")
        .AddSingleton<LiveStore>().AddSingleton<LiveGrids>().AddSingleton<LiveDesk>().AddSingleton<LiveReader>()
        .AddSingleton<LiveRetention>().AddSingleton<ISweep>(provider => provider.GetRequiredService<LiveRetention>()).AddSingleton<IJobResidue>(provider => provider.GetRequiredService<LiveRetention>());
}
