using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Pipeline.Engines;

/// <summary>MusicGen with the weights of some name: it writes codes step by step, and its codec makes them sound.</summary>
public sealed class MusicGenEngine : IGenerationEngine, IModelEngine
{
    readonly string name, sha256;
    readonly WeightStorage precision;
    readonly IEngineFactory engines;
    readonly Func<bool> isInstalled;
    readonly Func<MusicGenFiles> files;

    MusicGenEngine(string name, string sha256, IEngineFactory engines, WeightStorage precision, Func<bool> isInstalled, Func<MusicGenFiles> files) =>
        (this.name, this.sha256, this.engines, this.precision, this.isInstalled, this.files) = (name, sha256, engines, precision, isInstalled, files);

    public EngineFacts Facts => FactsOf(onCpu: false);

    public bool IsInstalled => isInstalled();

    public bool StaysLoaded => true;

    /// <summary>With published weights, here or not.</summary>
    public static MusicGenEngine Of(string name, ModelStore store, IEngineFactory engines, WeightStorage precision) => new(
        name, ModelCatalog.Find(name).WeightsSha256, engines, precision, () => store.IsInstalled(name), () => MusicGenFiles.Of(store, name));

    /// <summary>With weights that lie anywhere; looks into them, so that what is wrong is said before anything begins.</summary>
    /// <param name="path">As <see cref="MusicGenFiles.Find"/> takes it.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: no MusicGen is called that; <see cref="Problem.FileNotFound"/>; whatever the files say.</exception>
    public static MusicGenEngine Of(string name, string path, IEngineFactory engines, WeightStorage precision)
    {
        if (!EngineRegistry.MusicGens.Contains(name))
            throw new PipelineException(Problem.InvalidRequest, $"Weights of one's own are a MusicGen's, and '{name}' is none of {string.Join(", ", EngineRegistry.MusicGens)}.");
        MusicGenFiles files = MusicGenFiles.Find(path);
        MusicGenModel.Check(files);
        return Of(name, files, engines, precision);
    }

    /// <param name="files">Whose hash is part of what the music depends on.</param>
    public static MusicGenEngine Of(string name, MusicGenFiles files, IEngineFactory engines, WeightStorage precision) =>
        new(name, files.Sha256, engines, precision, () => true, () => files);

    /// <inheritdoc/>
    /// <remarks>What the weights are kept as stands where others say their arithmetic: it changes every sample.</remarks>
    public EngineFacts FactsOf(bool onCpu)
    {
        EngineFacts facts = engines.FactsOf(name, sha256, onCpu);
        return precision == WeightStorage.Float32 ? facts : facts with { Dtype = $"{facts.Dtype}, {(precision == WeightStorage.Int8 ? "int8" : "bfloat16")} weights" };
    }

    public NumericsClass NumericsOf(bool onCpu) => engines.NumericsOf(onCpu);

    IDisposable IModelEngine.Load(string title, EngineRun run) => MusicGenModel.Load(engines.Create(run), files(), precision);
}
