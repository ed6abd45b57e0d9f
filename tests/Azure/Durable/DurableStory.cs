using System.Text.Json;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Azure.Tests.Durable;

/// <summary>Our orchestrations and activities on Durable Task, with the services of a test host that keeps everything in memory.</summary>
sealed class DurableStory : IAsyncDisposable
{
    IServiceProvider services = null!;
    SidecarHost host = null!;

    /// <summary>Puts Durable Task in the place of the test host's own orchestrator.</summary>
    public Action<IServiceCollection> Add => collection => collection.AddSingleton<IOrchestrationClient>(provider =>
    {
        services = provider;
        return host.Client;
    });

    public static async Task<DurableStory> StartAsync()
    {
        var story = new DurableStory();
        story.host = await SidecarHost.StartAsync(PipelineDefinitions.Orchestrations, [.. PipelineDefinitions.Activities.Select(activity => new Elsewhere(activity, () => story.services))]);
        return story;
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    /// <summary>The same activity, with other services than its host's.</summary>
    sealed class Elsewhere(ActivityDefinition inner, Func<IServiceProvider> services)
        : ActivityDefinition(inner.Name, inner.Version, inner.Lane, inner.Step, inner.Retry)
    {
        public override Task<JsonElement> InvokeAsync(IServiceProvider hosts, JsonElement input, ActivityContext context) => inner.InvokeAsync(services(), input, context);
    }
}
