using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.LocalHost.Hosting;

/// <summary>HTDemucs with the weights of a file that lies anywhere.</summary>
sealed class WeightFileSeparator : ISourceSeparator
{
    readonly string path;

    WeightFileSeparator(string path, EngineFacts facts, IReadOnlyList<string> stems) => (this.path, Facts, Stems) = (path, facts, stems);

    public EngineFacts Facts { get; }

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
        return new(path, new(name ?? Path.GetFileNameWithoutExtension(path), "1", Convert.ToHexStringLower(SHA256.HashData(bytes)), "float32", "cpu"), config.Sources);
    }

    public ISeparationModel Open(string title, EngineRun run) => HTDemucsBag.Load(Facts.Name, new ManagedEngine(run.Threads), [path]);
}
