using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Engines;

public static class EngineServices
{
    /// <summary>Has the models in the blob store's container <c>models</c>, for hosts of several machines; called before the pipeline is added. The setting <c>MODELS</c> names the folder they are cached in.</summary>
    public static IServiceCollection AddModelShelf(this IServiceCollection services)
    {
        services.AddSingleton(provider => new BlobModelShelf(provider.GetRequiredService<IBlobStore>(), FolderOf(provider) ?? Path.Combine(Path.GetTempPath(), "dgxmusic-models"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ModelStore(FolderOf(provider) ?? Path.Combine(Path.GetTempPath(), "dgxmusic-models"), provider.GetRequiredService<BlobModelShelf>()));
        return services.AddHostedService<ShelfTimer>();
    }

    /// <summary>The engines; a host that keeps its models elsewhere than <c>models</c>, or where the setting <c>MODELS</c> says, adds its own <see cref="ModelStore"/> before.</summary>
    internal static IServiceCollection AddEngines(this IServiceCollection services)
    {
        services.AddOptions<EngineSwitches>().Configure<IConfiguration>((switches, configuration) => switches.Read(configuration)).ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<EngineSwitches>>().Value);
        services.AddLogging().AddSettings<EngineOptions>("Engines");
        services.TryAddSingleton(provider => new ModelStore(FolderOf(provider) ?? "models"));
        services.TryAddSingleton<IGpuProbe, NoGpuProbe>();
        services.TryAddSingleton<IEngineFactory, ManagedEngines>();
        services.AddSingleton<TuningStore>().AddSingleton<SeparatorTuner>().AddSingleton<ModelPool>().AddSingleton<ISweep>(provider => provider.GetRequiredService<ModelPool>());
        return services.AddSingleton(RegistryOf).AddSingleton<SeparatorRegistry>().AddSingleton<EngineList>().AddSingleton<CustomModelDesk>();
    }

    static EngineRegistry RegistryOf(IServiceProvider provider) => new(
        provider.GetServices<IMusicGenerator>(), provider.GetRequiredService<EngineSwitches>(), provider.GetRequiredService<ModelStore>(), provider.GetRequiredService<IEngineFactory>(),
        provider.GetServices<MusicGenEngine>(), provider.GetRequiredService<IOptions<EngineOptions>>().Value);

    static string? FolderOf(IServiceProvider provider) => provider.GetRequiredService<IConfiguration>()["MODELS"] is { Length: > 0 } folder ? folder : null;
}
