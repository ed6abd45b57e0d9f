using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Hybrid Transformer Demucs with the weights of some name.</summary>
public sealed class DemucsEngine : ISourceSeparator
{
    readonly string name, sha256;
    readonly ModelStore store;
    readonly IEngineFactory engines;

    /// <summary>With published weights, here or not.</summary>
    public DemucsEngine(string name, ModelStore store, IEngineFactory engines)
        : this(name, ModelCatalog.Find(name).WeightsSha256, SeparatorRegistry.StemsOf(name), store, engines)
    {
    }

    /// <summary>With weights that somebody registered.</summary>
    public DemucsEngine(CustomModel model, ModelStore store, IEngineFactory engines)
        : this(model.Name, model.Sha256, model.Sources, store, engines) => IsCustom = true;

    DemucsEngine(string name, string sha256, IReadOnlyList<string> stems, ModelStore store, IEngineFactory engines) =>
        (this.name, this.sha256, Stems, this.store, this.engines) = (name, sha256, stems, store, engines);

    public EngineFacts Facts => FactsOf(onCpu: false);

    public IReadOnlyList<string> Stems { get; }

    public bool IsInstalled => IsCustom || store.IsInstalled(name);

    public bool IsCustom { get; }

    public bool StaysLoaded => true;

    public EngineFacts FactsOf(bool onCpu) => engines.FactsOf(name, sha256, onCpu);

    public NumericsClass NumericsOf(bool onCpu) => engines.NumericsOf(onCpu);

    public ISeparationModel Open(string title, EngineRun run)
    {
        if (IsCustom && store.Custom.Find(name)?.Sha256 != sha256)
            throw new PipelineException(Problem.ModelInitFailed, $"The weights of '{name}' were removed or replaced at this moment; the same request may succeed later.");
        return SeparationModels.Open(name, store, () => engines.Create(run));
    }
}

/// <summary>The baseline that needs no weights.</summary>
public sealed class SpectralEngine : ISourceSeparator
{
    public EngineFacts Facts { get; } = new(SpectralModel.ModelName, "1", null, "float32", "cpu");

    public IReadOnlyList<string> Stems { get; } = SeparatorRegistry.StemsOf(SpectralModel.ModelName);

    public bool IsInstalled => true;

    public bool StaysLoaded => false;

    public ISeparationModel Open(string title, EngineRun run) => new SpectralModel();
}
