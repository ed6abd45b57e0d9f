using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;

namespace DgxMusic.Pipeline.Engines;

/// <summary>The separators there are; which are installed is looked up anew each time.</summary>
/// <param name="others">Of the host: each takes the place of ours of its name, or is one more.</param>
/// <param name="engines">What networks calculate with; null: our own engine.</param>
public sealed class SeparatorRegistry(ModelStore store, EngineSwitches switches, IEnumerable<ISourceSeparator>? others = null, IEngineFactory? engines = null)
{
    const string SixStems = "htdemucs_6s";

    static readonly string[] four = ["drums", "bass", "other", "vocals"], six = [.. four, "guitar", "piano"];

    readonly ISourceSeparator[] lasting = WithOthers(
        [.. SeparationModels.Names.Select<string, ISourceSeparator>(name =>
            name == SpectralModel.ModelName ? new SpectralEngine() : switches.DemucsMock ? new MockSeparator(name) : new DemucsEngine(name, store, engines ?? new ManagedEngines()))],
        [.. others ?? []]);

    readonly IEngineFactory engines = engines ?? new ManagedEngines();

    /// <summary>The best four-stem separator first; the other by name only, and at the end those that were registered here, as they are at this moment.</summary>
    public IReadOnlyList<ISourceSeparator> All => [.. lasting, .. store.Custom.List().Select(model => new DemucsEngine(model, store, engines))];

    /// <summary>The separator of that name; without one the best installed of htdemucs_ft, htdemucs and spectral.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: no such name; <see cref="Problem.ModelNotInstalled"/>, naming the command that installs it.</exception>
    public ISourceSeparator Find(string? name)
    {
        if (name is null) return lasting.First(separator => separator.Facts.Name != SixStems && separator.IsInstalled);
        ISourceSeparator? found = lasting.FirstOrDefault(separator => separator.Facts.Name == name);
        if (found is null ? store.Custom.Find(name) is null : !found.IsInstalled) store.LookAgain();
        if (found is null)
        {
            if (store.Custom.Find(name) is { } custom) return new DemucsEngine(custom, store, engines);
            string fault = $"'{name}' is not one of {string.Join(", ", All.Select(separator => separator.Facts.Name))}.";
            throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["model"] = fault });
        }

        // Where it is missing, the store says so, and how to get it.
        if (!found.IsInstalled) store.Weights(name);
        return found;
    }

    static ISourceSeparator[] WithOthers(ISourceSeparator[] ours, ISourceSeparator[] others) =>
    [
        .. ours.Select(engine => others.FirstOrDefault(other => other.Facts.Name == engine.Facts.Name) ?? engine),
        .. others.Where(other => ours.All(engine => engine.Facts.Name != other.Facts.Name)),
    ];

    /// <summary>In the order of the model's sources.</summary>
    internal static IReadOnlyList<string> StemsOf(string name) => name == SixStems ? six : four;
}
