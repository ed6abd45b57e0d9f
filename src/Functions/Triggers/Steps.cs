using System.Text.Json;
using DgxMusic.Azure.Durable;
using DgxMusic.Functions.Hosting;
using DgxMusic.Pipeline.Definitions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Triggers;

/// <summary>Runs the pipeline's steps when their triggers say so.</summary>
public sealed class Steps(IServiceProvider services, DurableOrchestrations orchestrations, ActivityDrain activities, HostDurable durable)
{
    public Task<JsonElement> RunAsync(OrchestrationDefinition orchestration, TaskOrchestrationContext context) =>
        orchestrations.RunAsync(orchestration, context, context.GetInput<JsonElement>());

    public Task<JsonElement> RunAsync(ActivityDefinition activity, JsonElement input, DurableTaskClient client)
    {
        durable.Meet(client);
        return activities.RunAsync(activity, services, input);
    }
}
