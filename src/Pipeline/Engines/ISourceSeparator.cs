using DgxMusic.Models.Separation;

namespace DgxMusic.Pipeline.Engines;

/// <summary>An engine that takes music apart.</summary>
public interface ISourceSeparator
{
    EngineFacts Facts { get; }

    /// <summary>Names of its stems, in the order in which they come.</summary>
    IReadOnlyList<string> Stems { get; }

    /// <summary>Whether its weights are here, or it needs none.</summary>
    bool IsInstalled { get; }

    /// <summary>Loads it for one track, which then goes through in blocks of any length; disposing it lets the weights go.</summary>
    /// <param name="title">Of the music, as its owner says it.</param>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.ModelNotInstalled"/>; whatever its weights say.</exception>
    ISeparationModel Open(string title, EngineRun run);
}
