using DgxMusic.Pipeline.Consistency;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>What lists, counts, batches and removes jobs.</summary>
static class JobResourceServices
{
    public static IServiceCollection AddJobResources(this IServiceCollection services) => services
        .AddSingleton<JobRemoval>().AddSingleton<ReproductionDesk>().AddSingleton<PromptStatistics>().AddSingleton<ConsistencyCheck>()
        .AddSingleton<ISweep, EarlierLists>()
        .AddSingleton<JobBatches>().AddSingleton<ISweep>(provider => provider.GetRequiredService<JobBatches>());
}
