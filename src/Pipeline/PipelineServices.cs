using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.Decoding;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Live;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Storage;
using DgxMusic.Pipeline.Upkeep;
using DgxMusic.Pipeline.Uploads;
using DgxMusic.Pipeline.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline;

public static class PipelineServices
{
    /// <summary>All of the pipeline but its ports: the host adds <see cref="IBlobStore"/>, <see cref="ICatalog"/>, <see cref="IEventLog"/> and <see cref="IOrchestrationClient"/>.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services)
    {
        services.AddSettings<PipelineOptions>("Pipeline");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IAudioCodec>(ManagedCodec.Instance);
        services.TryAddSingleton(provider => new DecoderOptions { Codec = provider.GetRequiredService<IAudioCodec>() });
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<PipelineOptions>>().Value);
        services.AddSingleton<JobTallies>().AddSingleton<JobSummaries>().AddSingleton<JobLedger>().AddSingleton<JobIndex>().AddSingleton<JobStarter>();
        services.AddSingleton<OpenJobs>().AddSingleton<JobOverview>().AddSingleton<EventRetention>();
        services.AddSingleton<JobMonitor>().AddSingleton<JobFiles>().AddSingleton<JobDesk>();
        services.AddJobLife();
        services.AddJobResources();
        services.AddWebhooks();
        services.AddLive();
        services.AddGpu();
        services.AddSeparations();
        services.AddSingleton<SeparationReproductions>();
        services.AddSingleton(provider => MasteringDefaults.From(provider.GetRequiredService<IConfiguration>()));
        services.AddSettings<RetentionOptions>("Retention");
        services.AddIdentity();
        services.AddUploads().AddSingleton<StoreFiles>().AddSingleton<Retention>();
        services.AddSingleton<HostUpkeep>();
        return services.AddEngines();
    }
}
