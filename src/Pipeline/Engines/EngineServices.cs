using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DgxMusic.Pipeline.Engines;

static class EngineServices
{
    /// <summary>The engines; a host that keeps its models elsewhere than <c>models</c>, or where the setting <c>MODELS</c> says, adds its own <see cref="ModelStore"/> before.</summary>
    public static IServiceCollection AddEngines(this IServiceCollection services)
    {
        services.AddOptions<EngineSwitches>().Configure<IConfiguration>((switches, configuration) => switches.Read(configuration)).ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<EngineSwitches>>().Value);
        services.AddLogging().AddSettings<EngineOptions>("Engines");
        services.TryAddSingleton(provider => new ModelStore(provider.GetRequiredService<IConfiguration>()["MODELS"] is { Length: > 0 } folder ? folder : "models"));
        services.TryAddSingleton<IGpuProbe, NoGpuProbe>();
        services.AddSingleton<TuningStore>().AddSingleton<SeparatorTuner>().AddSingleton<SeparatorPool>().AddSingleton<ISweep>(provider => provider.GetRequiredService<SeparatorPool>());
        return services.AddSingleton<EngineRegistry>().AddSingleton<SeparatorRegistry>().AddSingleton<EngineList>().AddSingleton<CustomModelDesk>();
    }
}
