using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>What a command wants engines to be like in its own process.</summary>
/// <param name="Models">Folder of the installed ones; null: as the settings say.</param>
/// <param name="Threads">Of the processor; null: as the settings say.</param>
sealed record OwnEngines(string? Models, int? Threads)
{
    /// <summary>Null: none of its own.</summary>
    public WeightFileSeparator? Separator { get; init; }

    /// <summary>A MusicGen and where its weights lie; null: none of its own.</summary>
    public (string Name, string Path)? Writer { get; init; }

    /// <summary>Null: as the settings say.</summary>
    public WeightStorage? Precision { get; init; }

    bool IsAny => this is not { Models: null, Threads: null, Separator: null, Writer: null, Precision: null };

    public IEnumerable<KeyValuePair<string, string?>> Settings
    {
        get
        {
            if (Models is not null) yield return new("MODELS", Models);
            if (Threads is not null) yield return new("Engines:Threads", $"{Threads}");
            if (Writer is var (name, path)) yield return new($"Engines:Weights:{name}", Path.GetFullPath(path));
            if (Precision is not null) yield return new("Engines:Precision", $"{Precision}");
        }
    }

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: the work is done in a server's process.</exception>
    public static Uri Refuse(OwnEngines? engines, Uri server) => engines is not { IsAny: true } ? server : throw new PipelineException(
        Problem.InvalidRequest,
        $"--weights, --models, --precision and --threads are for work in this process, and {server.GetLeftPart(UriPartial.Authority)} does it: the model has to be there ('dgxmusic models' installs it), and its settings say how it runs.");
}

static class OwnEngineServices
{
    public static IServiceCollection AddOwn(this IServiceCollection services, OwnEngines? engines) =>
        engines?.Separator is { } separator ? services.AddSingleton<ISourceSeparator>(provider => separator.On(provider.GetRequiredService<IEngineFactory>())) : services;
}
