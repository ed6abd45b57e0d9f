using System.Text.Json;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Azure.Durable;

public static class DurableServices
{
    /// <summary>The pipeline's way to Durable Task; the host adds a <see cref="Microsoft.DurableTask.Client.DurableTaskClient"/>.</summary>
    public static IServiceCollection AddDurableOrchestrations(this IServiceCollection services, IReadOnlyList<OrchestrationDefinition> orchestrations) => services
        .AddSingleton(new DurableOrchestrations(orchestrations))
        .AddSingleton<IOrchestrationClient, DurableClient>();

    /// <summary>What a worker's activities need, besides the pipeline. Called after the worker is added, so that the worker still reports what ends in time.</summary>
    public static IServiceCollection AddDurableActivities(this IServiceCollection services) => services
        .AddSingleton<ActivityDrain>()
        .AddHostedService(provider => provider.GetRequiredService<ActivityDrain>());

    /// <summary>Registers what a worker runs, under the names of the definitions.</summary>
    public static DurableTaskRegistry AddPipeline(
        this DurableTaskRegistry registry, IReadOnlyList<OrchestrationDefinition> orchestrations, IReadOnlyList<ActivityDefinition> activities)
    {
        var known = new DurableOrchestrations(orchestrations);
        foreach (OrchestrationDefinition orchestration in orchestrations)
            registry.AddOrchestratorFunc<JsonElement, JsonElement>(orchestration.Name, (context, input) => known.RunAsync(orchestration, context, input));
        foreach (ActivityDefinition activity in activities)
            registry.AddActivity(activity.Name, services => new DurableActivity(activity, services));
        return registry;
    }

    sealed class DurableActivity(ActivityDefinition activity, IServiceProvider services) : TaskActivity<JsonElement, JsonElement>
    {
        public override Task<JsonElement> RunAsync(TaskActivityContext context, JsonElement input) =>
            services.GetRequiredService<ActivityDrain>().RunAsync(activity, services, input);
    }
}
