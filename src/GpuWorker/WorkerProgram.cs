using DgxMusic.Azure.Durable;
using DgxMusic.Azure.Gpu;
using DgxMusic.Azure.Stores;
using DgxMusic.NAudio;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Telemetry;
using DgxMusic.Torch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DgxMusic.GpuWorker;

/// <summary>A process that takes the activities of the GPU lane, one at a time, and nothing else.</summary>
static class WorkerProgram
{
    public const string Name = "gpu";

    /// <returns>0 after a signal to stop; 1 where it could not start, with a sentence on standard error.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using WebApplication app = Build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception fault) when (FaultsIn(fault) is { Length: > 0 } faults)
        {
            foreach (string wrong in faults) await Console.Error.WriteLineAsync(wrong);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop before it had started.
            return 0;
        }
        catch (IOException fault)
        {
            await Console.Error.WriteLineAsync($"The health endpoint could not be opened: {fault.Message}");
        }

        return 1;
    }

    /// <summary>What is wrong with the settings, a sentence each; none where it is something else.</summary>
    static string[] FaultsIn(Exception fault) => fault switch
    {
        // What is ours stands between "with the error: '" and "'.".
        OptionsValidationException invalid => [.. invalid.Failures.Select(failure => failure.Split("with the error: '", 2)[^1]).Select(own => own.EndsWith(".'.", StringComparison.Ordinal) ? own[..^2] : own)],
        AggregateException { InnerExceptions: { } several } when several.All(one => one is OptionsValidationException) => [.. several.SelectMany(FaultsIn)],
        _ => [],
    };

    static WebApplication Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables("DGXMUSIC_");
        if (builder.Configuration[SchedulerOptions.ConnectionSetting] is { Length: > 0 } connection)
            builder.Configuration.AddInMemoryCollection([new("Scheduler:ConnectionString", connection)]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        AddLogs(builder.Logging);
        AddWorker(builder.Services, builder.Configuration);
        WebApplication app = builder.Build();
        app.MapGet("/healthz", () => Results.Json(new { status = "alive" }));
        app.MapGet("/readyz", (Readiness readiness, CancellationToken cancel) => readiness.AnswerAsync(cancel));
        return app;
    }

    static void AddLogs(ILoggingBuilder logs)
    {
        logs.ClearProviders().AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        logs.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Why a start failed is told once, as one sentence, by the program.
        logs.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    }

    static void AddWorker(IServiceCollection services, IConfiguration configuration)
    {
        WorkerOptions options = configuration.ReadSettings<WorkerOptions>("GpuWorker");
        SchedulerOptions scheduler = configuration.ReadSettings<SchedulerOptions>("Scheduler");
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.StopSeconds));
        services.AddTelemetryExport("dgxmusic-gpu", tellsOfQueue: false);
        services.AddAzureStores(configuration).AddModelShelf().AddPipeline().AddTorch().AddNAudio();
        services.AddSingleton<ModelCache>().AddHostedService(provider => provider.GetRequiredService<ModelCache>()).AddSingleton<Readiness>();
        ActivityDefinition[] activities = [.. PipelineDefinitions.Activities.Where(activity => activity.Lane == Lane.Gpu)];
        services.AddDurableTaskWorker(Name, worker =>
        {
            worker.AddTasks(registry => registry.AddPipeline([], activities));
            worker.Configure(durable =>
            {
                durable.Concurrency.MaximumConcurrentActivityWorkItems = 1;
                // Each line once.
                durable.Logging.UseLegacyCategories = false;
            });
            worker.UseWorkItemFilters();
            scheduler.Apply(worker);
        });
        services.AddDurableActivities().AddWokenGpuNode();
    }
}
