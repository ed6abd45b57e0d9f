using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen;

/// <summary>Where the parts of one model lie: its weights, the configuration that says what they are, and the tokenizer of its text encoder.</summary>
/// <param name="Weights">For <see cref="WeightFile.Open"/>.</param>
/// <param name="Config">Null: the shapes of the weights have to tell.</param>
public sealed record MusicGenFiles(string Weights, string? Config, string Tokenizer)
{
    const string ConfigName = "config.json";

    static readonly string[] weightNames = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    static readonly string[] tokenizerNames = ["spiece.model", "tokenizer.json"];

    readonly Lazy<string> sha256 = new(() =>
    {
        using WeightFile file = WeightFile.Open(Weights);
        return file.Sha256;
    });

    /// <summary>Of the weights; reads them through once.</summary>
    public string Sha256 => sha256.Value;

    /// <summary>The files in a folder by the names that publishers give them, or a file of weights and those beside it.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.FileNotFound"/>, naming what is missing.</exception>
    public static MusicGenFiles Find(string path)
    {
        path = Path.GetFullPath(path);
        bool isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path)) throw new PipelineException(Problem.FileNotFound, $"There is no weight file or folder '{path}'.");
        string folder = isFolder ? path : Path.GetDirectoryName(path)!;
        string weights = isFolder ? First(folder, weightNames) ?? throw Missing(folder, "weights", weightNames) : path;
        return new(weights, First(folder, [ConfigName]), First(folder, tokenizerNames) ?? throw Missing(folder, "tokenizer", tokenizerNames));
    }

    /// <summary>Of an installed model, its weights compared with their hashes.</summary>
    /// <exception cref="PipelineException">As <see cref="ModelStore.VerifiedWeights"/>.</exception>
    public static MusicGenFiles Of(ModelStore store, string name) =>
        new(store.VerifiedWeights(name)[0], store.PathOf(name, ConfigName), store.PathOf(name, tokenizerNames[0]));

    static string? First(string folder, string[] names) => names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    static PipelineException Missing(string folder, string what, string[] names) =>
        new(Problem.FileNotFound, $"The folder '{folder}' has no {what}: none of {string.Join(", ", names)} lies there.");
}
