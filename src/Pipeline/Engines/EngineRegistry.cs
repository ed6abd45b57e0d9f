using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Engines;

/// <summary>The generators of this installation, and the names of those it could have.</summary>
public sealed class EngineRegistry(IEnumerable<IMusicGenerator> generators, EngineSwitches switches)
{
    /// <summary>The generator that needs no weights and is always there.</summary>
    public const string Composer = "composer";

    const string MusicGenSmall = "musicgen-small";

    static readonly string[] musicGen = [MusicGenSmall, "musicgen-medium", "musicgen-large"];

    /// <summary>Every name a caller may ask for, best first.</summary>
    public static IReadOnlyList<string> KnownGenerators { get; } = [.. musicGen, Composer];

    // A mock stands in also for a model that is here.
    readonly Dictionary<string, IMusicGenerator> installed = (switches.MusicGenMock ? musicGen.Select(name => new MockMusicGenerator(name)) : [])
        .Concat(generators).DistinctBy(generator => generator.Facts.Name).ToDictionary(generator => generator.Facts.Name);

    public IReadOnlyCollection<string> Installed => installed.Keys;

    /// <summary>The engine of that name; without a name musicgen-small if it is installed, else the composer.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.ModelNotInstalled"/> or, for a name that no engine has, <see cref="Problem.InvalidRequest"/>.</exception>
    public IMusicGenerator Find(string? model)
    {
        if (model is null) return installed.GetValueOrDefault(MusicGenSmall) ?? installed[Composer];
        if (installed.TryGetValue(model, out IMusicGenerator? generator)) return generator;
        if (KnownGenerators.Contains(model))
            throw new PipelineException(Problem.ModelNotInstalled, $"The weights of '{model}' are not installed; installed here: {string.Join(", ", Installed)}.");
        string message = $"'{model}' is not one of {string.Join(", ", KnownGenerators)}.";
        throw new PipelineException(Problem.InvalidRequest, message, new Dictionary<string, string> { ["model"] = message });
    }
}
