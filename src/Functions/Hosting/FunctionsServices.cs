using DgxMusic.Api;
using DgxMusic.Api.Resources;
using DgxMusic.Azure.Durable;
using DgxMusic.Azure.Stores;
using DgxMusic.Functions.Http;
using DgxMusic.Functions.Triggers;
using DgxMusic.NAudio;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Telemetry;
using DgxMusic.Pipeline.Upkeep;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DgxMusic.Functions.Hosting;

/// <summary>The pipeline and its API on Azure Functions.</summary>
static class FunctionsServices
{
    /// <summary>Uploads; everything else has a lower limit of its own.</summary>
    const long MostBodyBytes = 100L << 20;

    const string NoGpuHere = "Gpu:Workers is 'here', and this host has no GPU of its own: 'remote' gives the work to GPU workers, 'none' to the processor.";

    /// <summary>What holds here unless the settings say otherwise. Measuring how many threads are fastest is for machines that stay.</summary>
    public static IReadOnlyDictionary<string, string?> Defaults { get; } = new Dictionary<string, string?> { ["Gpu:Workers"] = "none", ["Engines:Tune"] = "false" };

    const string NoPrefixHere = "Storage:ContainerPrefix is set, and this host's inboxes are watched in the container 'uploads' of that very name: leave the prefix out, and give each installation a storage account of its own.";

    /// <exception cref="OptionsValidationException">A setting is missing that says where the stores are, or one is there that this host cannot follow.</exception>
    public static IServiceCollection AddFunctionsHost(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.ReadSettings<StorageOptions>("Storage").ContainerPrefix is { Length: > 0 }) throw new OptionsValidationException("Storage", typeof(StorageOptions), [NoPrefixHere]);
        services.AddTelemetryExport("dgxmusic", tellsOfQueue: true);
        services.AddAzureStores(configuration).AddModelShelf().AddNAudio().AddPipeline().AddSingleton<IMusicGenerator, ComposerEngine>();
        services.AddOptions<GpuOptions>().Validate(gpu => gpu.Workers != GpuWorkers.Here, NoGpuHere);
        services.AddSingleton(new DurableOrchestrations(PipelineDefinitions.Orchestrations)).AddDurableActivities();
        services.AddSingleton<HostDurable>().AddSingleton<IOrchestrationClient>(provider => provider.GetRequiredService<HostDurable>()).AddSingleton<Steps>();
        // The host passes everybody's requests on over loopback.
        services.AddApi(loopbackIsOwner: false).AddRouting().AddSingleton<ApiPipeline>();
        services.AddSingleton(new HostFacts(Path.GetTempPath(), DateTime.UtcNow));
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = MostBodyBytes);
        services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = MostBodyBytes);
        return services.AddHostExaminations(configuration).AddHostedService<EngineTimer>();
    }
}
