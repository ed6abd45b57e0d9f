using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>HTDemucs with the weights of a file that lies anywhere.</summary>
sealed class WeightFileSeparator : ISourceSeparator
{
    readonly string path, name, sha256;
    readonly IEngineFactory engines;

    WeightFileSeparator(string path, string name, string sha256, IReadOnlyList<string> stems, IEngineFactory engines) =>
        (this.path, this.name, this.sha256, Stems, this.engines) = (path, name, sha256, stems, engines);

    public EngineFacts Facts => FactsOf(onCpu: false);

    public IReadOnlyList<string> Stems { get; }

    public bool IsInstalled => true;

    public bool StaysLoaded => true;

    /// <param name="name">What it is called; null: as the file.</param>
    /// <exception cref="PipelineException"><see cref="Problem.FileNotFound"/>; whatever its weights say.</exception>
    public static WeightFileSeparator Of(string path, string? name)
    {
        path = Path.GetFullPath(path);
        if (Directory.Exists(path)) throw new PipelineException(Problem.FileNotFound, $"'{path}' is a folder; --weights takes a file.");
        if (!File.Exists(path)) throw new PipelineException(Problem.FileNotFound, $"There is no weight file '{path}'.");
        using WeightFile weights = WeightFile.Open(path);
        HTDemucsConfig config = HTDemucsConfig.Of(weights);
        using FileStream bytes = File.OpenRead(path);
        return new(path, name ?? Path.GetFileNameWithoutExtension(path), Convert.ToHexStringLower(SHA256.HashData(bytes)), config.Sources, new ManagedEngines());
    }

    /// <summary>The same on what the host calculates with.</summary>
    public WeightFileSeparator On(IEngineFactory engines) => new(path, name, sha256, Stems, engines);

    public EngineFacts FactsOf(bool onCpu) => engines.FactsOf(name, sha256, onCpu);

    public NumericsClass NumericsOf(bool onCpu) => engines.NumericsOf(onCpu);

    public ISeparationModel Open(string title, EngineRun run) => HTDemucsBag.Load(name, engines.Create(run), [path]);
}
