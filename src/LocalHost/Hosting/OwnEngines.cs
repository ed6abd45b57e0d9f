using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>What a command wants engines to be like in its own process.</summary>
/// <param name="Models">Folder of the installed ones; null: as the settings say.</param>
/// <param name="Weights">A separator of its own; null: none.</param>
/// <param name="Threads">Of the processor; null: as the settings say.</param>
sealed record OwnEngines(string? Models, WeightFileSeparator? Weights, int? Threads)
{
    bool IsAny => this is not { Models: null, Weights: null, Threads: null };

    public IEnumerable<KeyValuePair<string, string?>> Settings =>
    [
        .. Models is null ? Array.Empty<KeyValuePair<string, string?>>() : [new("MODELS", Models)],
        .. Threads is null ? Array.Empty<KeyValuePair<string, string?>>() : [new("Engines:Threads", $"{Threads}")],
    ];

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: the work is done in a server's process.</exception>
    public static Uri Refuse(OwnEngines? engines, Uri server) => engines is not { IsAny: true } ? server : throw new PipelineException(
        Problem.InvalidRequest,
        $"--weights, --models and --threads are for work in this process, and {server.GetLeftPart(UriPartial.Authority)} does it: the model has to be there ('dgxmusic models' installs it), and its settings say how many threads.");
}

static class OwnEngineServices
{
    public static IServiceCollection AddOwn(this IServiceCollection services, OwnEngines? engines) =>
        engines?.Weights is { } weights ? services.AddSingleton<ISourceSeparator>(provider => weights.On(provider.GetRequiredService<IEngineFactory>())) : services;
}
