using System.Text.Json;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Azure.Tests.Durable;

/// <summary>Our orchestrations and activities on Durable Task, with the services of a test host that keeps everything in memory.</summary>
sealed class DurableStory : IAsyncDisposable
{
    IServiceProvider services = null!;

    public SidecarHost Host { get; private set; } = null!;

    /// <summary>Puts Durable Task in the place of the test host's own orchestrator.</summary>
    public Action<IServiceCollection> Add => collection => collection.AddSingleton<IOrchestrationClient>(provider =>
    {
        services = provider;
        return Host.Client;
    });

    public static Task<DurableStory> StartAsync() => StartAsync<TaskHubGrpcServer>(_ => true);

    /// <param name="isOurs">Whether the worker here takes an activity; those that it does not are another's.</param>
    public static async Task<DurableStory> StartAsync<TScheduler>(Func<ActivityDefinition, bool> isOurs)
        where TScheduler : TaskHubGrpcServer
    {
        var story = new DurableStory();
        ActivityDefinition[] activities = [.. PipelineDefinitions.Activities.Where(isOurs).Select(activity => new Elsewhere(activity, () => story.services))];
        story.Host = await SidecarHost.StartAsync<TScheduler>(PipelineDefinitions.Orchestrations, activities);
        return story;
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    /// <summary>The same activity, with other services than its host's.</summary>
    sealed class Elsewhere(ActivityDefinition inner, Func<IServiceProvider> services)
        : ActivityDefinition(inner.Name, inner.Version, inner.Lane, inner.Step, inner.Retry)
    {
        public override Task<JsonElement> InvokeAsync(IServiceProvider hosts, JsonElement input, ActivityContext context) => inner.InvokeAsync(services(), input, context);
    }
}
