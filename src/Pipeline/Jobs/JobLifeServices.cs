using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>What lets jobs run in their turn and ends them in good order. Sweeps go in this order.</summary>
static class JobLifeServices
{
    public static IServiceCollection AddJobLife(this IServiceCollection services) => services
        .AddSingleton<JobTimes>().AddSingleton<Estimates>().AddSingleton<QueueStatistics>()
        .AddSingleton<JobQueue>().AddSingleton<ISweep>(provider => provider.GetRequiredService<JobQueue>())
        .AddSingleton<JobCare>().AddSingleton<ISweep>(provider => provider.GetRequiredService<JobCare>())
        .AddSingleton<JobSettlement>().AddSingleton<ISweep>(provider => provider.GetRequiredService<JobSettlement>())
        .AddSingleton<JobTraces>().AddSingleton<ISweep>(provider => provider.GetRequiredService<JobTraces>());
}
