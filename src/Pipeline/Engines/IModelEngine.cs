using DgxMusic.Contracts;

namespace DgxMusic.Pipeline.Engines;

/// <summary>An engine whose model has to be loaded before it works.</summary>
public interface IModelEngine
{
    /// <summary>Of what it runs on where it has the choice.</summary>
    EngineFacts Facts { get; }

    /// <summary>The same of a run that may have none.</summary>
    EngineFacts FactsOf(bool onCpu) => Facts;

    /// <summary>What the bits of such a run depend on.</summary>
    NumericsClass NumericsOf(bool onCpu) => NumericsClass.Here;

    /// <summary>Whether its weights are here, or it needs none.</summary>
    bool IsInstalled { get; }

    /// <summary>Whether one that is loaded serves further work: loading it costs something, and no title tells it what to do.</summary>
    bool StaysLoaded { get; }

    /// <summary>Disposing of it gives its memory back at once.</summary>
    /// <param name="title">Of the music, as its owner says it.</param>
    /// <exception cref="PipelineException"><see cref="Problem.ModelNotInstalled"/>; whatever its weights say.</exception>
    IDisposable Load(string title, EngineRun run);
}
