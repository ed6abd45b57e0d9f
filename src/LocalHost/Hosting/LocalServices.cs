using DgxMusic.LocalHost.Runner;
using DgxMusic.LocalHost.Stores;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>The ports of the pipeline on one machine: a folder, SQLite and the durable runner.</summary>
static partial class LocalServices
{
    public static IServiceCollection AddLocalHost(this IServiceCollection services, DataFolder data)
    {
        services.AddSingleton(provider => new ModelStore(provider.GetRequiredService<IConfiguration>()["MODELS"] is { Length: > 0 } folder ? folder : Path.Combine(data.Path, "models")));
        services.AddPipeline();
        services.AddSingleton<IMusicGenerator, ComposerEngine>();
        services.AddSingleton(data);
        services.AddSingleton(_ => new SqliteDatabase(data.CatalogFile));
        services.AddSingleton<ICatalog, SqliteCatalog>().AddSingleton<IEventLog, SqliteEventLog>();
        services.AddSingleton(provider => new FolderBlobStore(data.Path, provider.GetRequiredService<MasteringDefaults>().OutputDir))
            .AddSingleton<IBlobStore>(provider => provider.GetRequiredService<FolderBlobStore>());
        services.AddSettings<RunnerOptions>("Runner");
        services.AddSingleton(provider => new LocalRunner(
            provider.GetRequiredService<SqliteDatabase>(), PipelineDefinitions.Orchestrations, PipelineDefinitions.Activities, provider,
            provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<RunnerOptions>>().Value, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LocalRunner>>()));
        services.AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<LocalRunner>());
        AddGpu(services);
        return services.AddSingleton<JobHost>();
    }

    /// <summary>Does nothing in a program without an engine for GPUs.</summary>
    static partial void AddGpu(IServiceCollection services);
}
