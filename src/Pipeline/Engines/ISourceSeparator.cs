using DgxMusic.Models.Separation;

namespace DgxMusic.Pipeline.Engines;

/// <summary>An engine that takes music apart.</summary>
public interface ISourceSeparator
{
    /// <summary>Of what it runs on where it has the choice.</summary>
    EngineFacts Facts { get; }

    /// <summary>The same of a run that may have none.</summary>
    EngineFacts FactsOf(bool onCpu) => Facts;

    /// <summary>What the bits of such a run depend on.</summary>
    NumericsClass NumericsOf(bool onCpu) => NumericsClass.Here;

    /// <summary>Names of its stems, in the order in which they come.</summary>
    IReadOnlyList<string> Stems { get; }

    /// <summary>Whether its weights are here, or it needs none.</summary>
    bool IsInstalled { get; }

    /// <summary>Whether its weights are not published ones but were registered here.</summary>
    bool IsCustom => false;

    /// <summary>Whether one that is open serves further tracks: loading it costs something, and no title tells it what to do.</summary>
    bool StaysLoaded { get; }

    /// <summary>Loads it; tracks then go through in blocks of any length, one at a time. Disposing it gives its memory back at once.</summary>
    /// <param name="title">Of the music, as its owner says it.</param>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.ModelNotInstalled"/>; whatever its weights say.</exception>
    ISeparationModel Open(string title, EngineRun run);
}
