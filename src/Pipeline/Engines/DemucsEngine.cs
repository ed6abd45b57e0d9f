using System.Security.Cryptography;
using System.Text;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;

namespace DgxMusic.Pipeline.Engines;

/// <summary>Hybrid Transformer Demucs with the weights of that name.</summary>
public sealed class DemucsEngine(string name, ModelStore store) : ISourceSeparator
{
    public EngineFacts Facts { get; } = new(name, "1", HashOf(name), "float32", "cpu");

    public IReadOnlyList<string> Stems { get; } = SeparatorRegistry.StemsOf(name);

    public bool IsInstalled => store.IsInstalled(name);

    public bool StaysLoaded => true;

    public ISeparationModel Open(string title, EngineRun run) => SeparationModels.Open(name, null, store);

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
