using DgxMusic.Azure.Tests.Durable;
using DgxMusic.Azure.Tests.Stores;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.GpuWorker.Tests;

/// <summary>A host without the activities of the GPU lane, and workers as processes of their own, on one scheduler and one storage account.</summary>
public abstract class WorkerStory : IAsyncLifetime
{
    protected const string Connection = "DURABLE_TASK_SCHEDULER_CONNECTION_STRING";

    static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    readonly Storage storage = new();
    DurableStory durable = null!;

    private protected IBlobStore Blobs => storage.Store;

    private protected RoutingScheduler Scheduler => durable.Host.SchedulerOf<RoutingScheduler>();

    public async Task InitializeAsync() => durable = await DurableStory.StartAsync<RoutingScheduler>(activity => activity.Lane != Lane.Gpu);

    public virtual async Task DisposeAsync()
    {
        await durable.DisposeAsync();
        await storage.DisposeAsync();
    }

    private protected TestHost Host(Action<IServiceCollection>? add = null, params (string Name, string Value)[] settings) => new(
        services =>
        {
            durable.Add(services);
            services.AddSingleton(Blobs).AddSingleton<ICatalog>(storage.Catalog).AddSingleton<IEventLog, CatalogEventLog>();
            add?.Invoke(services);
        },
        settings: settings);

    private protected WorkerProcess StartWorker(params (string Name, string Value)[] settings) => WorkerProcess.Start(
        [
            (Connection, $"Endpoint={durable.Host.Address};TaskHub=hub;Authentication=None"), ("Storage__ConnectionString", Storage.ConnectionString),
            ("Storage__ContainerPrefix", storage.Options.ContainerPrefix!), ("Storage__TablePrefix", storage.Options.TablePrefix), .. settings,
        ]);

    private protected static async Task<Job> EndAsync(TestHost host, Job job)
    {
        await UntilAsync(async () => (job = await host.ReadAsync(job)).IsTerminal);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return job;
    }

    /// <summary>What was given last before the worker went is what the next one was given first.</summary>
    /// <param name="begun">How much had been given by then.</param>
    private protected void AssertGivenAgain(int begun) => Assert.Equal(NameOf(Scheduler.Given.ElementAt(begun - 1)), NameOf(Scheduler.Given.ElementAt(begun)));

    protected static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    protected static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(patience);
        while (!await isSo()) await Task.Delay(20, limit.Token);
    }

    static string NameOf(Microsoft.DurableTask.Protobuf.ActivityRequest activity) => $"{activity.OrchestrationInstance.InstanceId}/{activity.TaskId} {activity.Name}";
}
