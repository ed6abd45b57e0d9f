using DgxMusic.Models.Separation;

namespace DgxMusic.Pipeline.Engines;

/// <summary>An engine that takes music apart.</summary>
public interface ISourceSeparator : IModelEngine
{
    /// <summary>Names of its stems, in the order in which they come.</summary>
    IReadOnlyList<string> Stems { get; }

    /// <summary>Whether its weights are not published ones but were registered here.</summary>
    bool IsCustom => false;

    /// <summary>Loads it; tracks then go through in blocks of any length, one at a time.</summary>
    /// <inheritdoc cref="IModelEngine.Load"/>
    ISeparationModel Open(string title, EngineRun run);

    IDisposable IModelEngine.Load(string title, EngineRun run) => Open(title, run);
}
