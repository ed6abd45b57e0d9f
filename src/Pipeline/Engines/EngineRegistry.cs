using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Pipeline.Engines;

/// <summary>The generators of this installation, and the names of those it could have; which weights are installed is looked up anew each time.</summary>
/// <param name="store">Where weights are installed; null: nowhere.</param>
/// <param name="writers">Of the host: each takes the place of ours of its name.</param>
/// <param name="settings">How ours keep their weights; null: as they are published.</param>
public sealed class EngineRegistry(
    IEnumerable<IMusicGenerator> generators, EngineSwitches switches, ModelStore? store = null, IEngineFactory? engines = null, IEnumerable<MusicGenEngine>? writers = null, EngineOptions? settings = null)
{
    /// <summary>The generator that needs no weights and is always there.</summary>
    public const string Composer = "composer";

    const string MusicGenSmall = "musicgen-small";

    /// <summary>The models that write codes, smallest first.</summary>
    public static IReadOnlyList<string> MusicGens { get; } = [MusicGenSmall, "musicgen-medium", "musicgen-large"];

    /// <summary>Every name a caller may ask for, best first.</summary>
    public static IReadOnlyList<string> KnownGenerators { get; } = [.. MusicGens, Composer];

    // A mock stands in also for a model that is here.
    readonly Dictionary<string, IMusicGenerator> players = (switches.MusicGenMock ? MusicGens.Select(name => new MockMusicGenerator(name)) : [])
        .Concat(generators).DistinctBy(generator => generator.Facts.Name).ToDictionary(generator => generator.Facts.Name);

    readonly Dictionary<string, MusicGenEngine> writers = (writers ?? [])
        .Concat((settings ?? new()).Weights.Select(own => MusicGenEngine.Of(own.Key, own.Value, engines ?? new ManagedEngines(), settings!.Precision)))
        .Concat(store is { } models ? MusicGens.Select(name => MusicGenEngine.Of(name, models, engines ?? new ManagedEngines(), settings?.Precision ?? default)) : [])
        .DistinctBy(writer => writer.Facts.Name).ToDictionary(writer => writer.Facts.Name);

    public IReadOnlyCollection<string> Installed => [.. players.Keys, .. InstalledWriters];

    /// <summary>Those that write codes step by step.</summary>
    public IReadOnlyCollection<string> InstalledWriters =>
        [.. writers.Values.Where(writer => writer.IsInstalled && !players.ContainsKey(writer.Facts.Name)).Select(writer => writer.Facts.Name)];

    /// <summary>The engine of that name; without a name what the settings say, else musicgen-small if it is installed, else the composer.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.ModelNotInstalled"/> or, for a name that no engine has, <see cref="Problem.InvalidRequest"/>.</exception>
    public IGenerationEngine Find(string? model)
    {
        if (model is null && settings?.Generator is { Length: > 0 } usual) return Find(usual);
        if (model is null) return FindInstalled(MusicGenSmall) ?? players[Composer];
        if (FindInstalled(model) is { } here) return here;
        store?.LookAgain();
        if (FindInstalled(model) is { } cameJustNow) return cameJustNow;
        if (KnownGenerators.Contains(model))
            throw new PipelineException(Problem.ModelNotInstalled, $"The weights of '{model}' are not installed ('dgxmusic models install {model}' installs them); installed here: {string.Join(", ", Installed)}.");
        string message = $"'{model}' is not one of {string.Join(", ", KnownGenerators)}.";
        throw new PipelineException(Problem.InvalidRequest, message, new Dictionary<string, string> { ["model"] = message });
    }

    /// <summary>One that plays at once.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.EngineDiffers"/>: under that name there is another kind of engine now; else as <see cref="Find"/>.</exception>
    public IMusicGenerator FindPlayer(string model) => Find(model) as IMusicGenerator ?? throw OfAnotherKind(model);

    /// <summary>One that writes codes step by step.</summary>
    /// <inheritdoc cref="FindPlayer" path="/exception"/>
    public MusicGenEngine FindWriter(string model) => Find(model) as MusicGenEngine ?? throw OfAnotherKind(model);

    static PipelineException OfAnotherKind(string model) =>
        new(Problem.EngineDiffers, $"What '{model}' stands for was exchanged since this was accepted, a mock for a model or the other way round; ask for it again.");

    IGenerationEngine? FindInstalled(string name) =>
        players.TryGetValue(name, out IMusicGenerator? player) ? player : writers.TryGetValue(name, out MusicGenEngine? writer) && writer.IsInstalled ? writer : null;
}
