using System.Net;
using DgxMusic.Azure.Durable;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DurableTask.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DgxMusic.Azure.Tests.Durable;

/// <summary>The in-process test host of Durable Task, in two parts: the scheduler, which keeps what is recorded, and a worker that can be exchanged.</summary>
sealed class SidecarHost : IAsyncDisposable
{
    readonly WebApplication scheduler;
    readonly DataConverter converter;
    IHost worker = null!;

    SidecarHost(WebApplication scheduler, DataConverter converter) => (this.scheduler, this.converter) = (scheduler, converter);

    public IOrchestrationClient Client => worker.Services.GetRequiredService<IOrchestrationClient>();

    /// <summary>The worker's.</summary>
    public IServiceProvider Services => worker.Services;

    public string Address => scheduler.Urls.Single();

    public static Task<SidecarHost> StartAsync(IReadOnlyList<OrchestrationDefinition> orchestrations, IReadOnlyList<ActivityDefinition> activities, DataConverter? converter = null) =>
        StartAsync<TaskHubGrpcServer>(orchestrations, activities, converter);

    /// <typeparam name="TScheduler">The scheduler's way to its workers.</typeparam>
    /// <param name="converter">What the host's clients and workers write with; null: what they do by themselves.</param>
    public static async Task<SidecarHost> StartAsync<TScheduler>(
        IReadOnlyList<OrchestrationDefinition> orchestrations, IReadOnlyList<ActivityDefinition> activities, DataConverter? converter = null)
        where TScheduler : TaskHubGrpcServer
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var service = new SteadyService();
        builder.Services.AddSingleton<IOrchestrationService>(service).AddSingleton<IOrchestrationServiceClient>(service).AddSingleton<TScheduler>();
        WebApplication scheduler = builder.Build();
        scheduler.MapGrpcService<TScheduler>();
        await scheduler.StartAsync();
        var host = new SidecarHost(scheduler, converter ?? JsonDataConverter.Default);
        await host.StartWorkerAsync(orchestrations, activities);
        return host;
    }

    public T SchedulerOf<T>()
        where T : TaskHubGrpcServer => scheduler.Services.GetRequiredService<T>();

    public async Task RestartWorkerAsync(IReadOnlyList<OrchestrationDefinition> orchestrations, IReadOnlyList<ActivityDefinition> activities)
    {
        // The test host's scheduler never gives a turn again that was under way when its worker went: all have to have had their first.
        var client = Services.GetRequiredService<DurableTaskClient>();
        var pending = new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Pending]);
        while (await client.GetAllInstancesAsync(pending).AnyAsync()) await Task.Delay(10);
        await StopWorkerAsync();
        await StartWorkerAsync(orchestrations, activities);
    }

    public async ValueTask DisposeAsync()
    {
        await StopWorkerAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await scheduler.StopAsync(patience.Token);
        await scheduler.DisposeAsync();
    }

    async Task StartWorkerAsync(IReadOnlyList<OrchestrationDefinition> orchestrations, IReadOnlyList<ActivityDefinition> activities)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDurableTaskWorker(durable => durable.UseGrpc(Address).AddTasks(registry => registry.AddPipeline(orchestrations, activities)).Configure(options => options.DataConverter = converter));
        builder.Services.AddDurableTaskClient(durable => durable.UseGrpc(Address).Configure(options => options.DataConverter = converter).RegisterDirectly());
        builder.Services.AddDurableActivities().AddDurableOrchestrations(orchestrations);
        worker = builder.Build();
        await worker.StartAsync();
    }

    async Task StopWorkerAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await worker.StopAsync(patience.Token);
        await ((IAsyncDisposable)worker).DisposeAsync();
    }
}
