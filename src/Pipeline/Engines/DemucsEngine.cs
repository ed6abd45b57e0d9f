using System.Security.Cryptography;
using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Hybrid Transformer Demucs with the weights of some name.</summary>
public sealed class DemucsEngine : ISourceSeparator
{
    readonly ModelStore store;

    /// <summary>With published weights, here or not.</summary>
    public DemucsEngine(string name, ModelStore store)
        : this(name, HashOf(name), SeparatorRegistry.StemsOf(name), store)
    {
    }

    /// <summary>With weights that somebody registered.</summary>
    public DemucsEngine(CustomModel model, ModelStore store)
        : this(model.Name, model.Sha256, model.Sources, store) => IsCustom = true;

    DemucsEngine(string name, string sha256, IReadOnlyList<string> stems, ModelStore store) => (Facts, Stems, this.store) = (new(name, "1", sha256, "float32", "cpu"), stems, store);

    public EngineFacts Facts { get; }

    public IReadOnlyList<string> Stems { get; }

    public bool IsInstalled => IsCustom || store.IsInstalled(Facts.Name);

    public bool IsCustom { get; }

    public bool StaysLoaded => true;

    public ISeparationModel Open(string title, EngineRun run)
    {
        if (IsCustom && store.Custom.Find(Facts.Name)?.Sha256 != Facts.WeightsSha256)
            throw new PipelineException(Problem.ModelInitFailed, $"The weights of '{Facts.Name}' were removed or replaced at this moment; the same request may succeed later.");
        return SeparationModels.Open(Facts.Name, store, run.Threads);
    }

    /// <summary>Of the one published file, or of the hashes of several in their order.</summary>
    static string HashOf(string name)
    {
        string[] hashes = [.. ModelCatalog.Find(name).Files.Select(file => file.Sha256!)];
        return hashes.Length == 1 ? hashes[0] : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes))));
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
