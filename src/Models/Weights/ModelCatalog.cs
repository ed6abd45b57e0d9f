using DgxMusic.Contracts;

namespace DgxMusic.Models.Weights;

/// <summary>The published models that we run, as their publishers offer them.</summary>
public static class ModelCatalog
{
    static readonly ModelLicence demucs = new(
        "not stated",
        "https://github.com/facebookresearch/demucs/issues/327",
        "The code of Demucs is under the MIT licence. No licence is stated for these weights; "
            + "in 2022, of those published until then, their author wrote that they are not under it and are provided only for scientific purposes.",
        MustBeAccepted: false);

    static readonly ModelLicence musicGen = new(
        "CC-BY-NC-4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
        "MusicGen's weights are under Creative Commons Attribution-NonCommercial 4.0: they may be used and shared with attribution, and not for commercial purposes.",
        MustBeAccepted: true);

    public static IReadOnlyList<ModelInfo> All { get; } =
    [
        Demucs("htdemucs", Hybrid("955717e8-8726e21a", 84_141_911, "8726e21a993978c7ba086d3872e7608d7d5bfca646ca4aca459ffda844faa8b4")),

        // One model a source: the first for drums, then bass, other and vocals.
        Demucs(
            "htdemucs_ft",
            Hybrid("f7e0c4bc-ba3fe64a", 84_141_271, "ba3fe64ae8ef66ac9a4857222ce48efbdc5eb3ad375cb79dd13debee5aaa4066"),
            Hybrid("d12395a8-e57c48e6", 84_141_271, "e57c48e6b0e38af4f7118d7bd08c49f0a0c0edf7d09143bdd902ea0d237303e6"),
            Hybrid("92cfc3b6-ef3bcb9c", 84_141_271, "ef3bcb9c8b40d14ae5d51b6db2587339cc12c6b77c0be151ce6d69002e087bf2"),
            Hybrid("04573f0d-f3cf25b2", 84_141_271, "f3cf25b222c4eed7cd49dd8b2c9597d50c18bd154090f7b919cfa5f93cf22c49")),
        Demucs("htdemucs_6s", Hybrid("5c90dfd2-34c22ccb", 54_996_327, "34c22ccb381c6f9fdbf324f04e1e2fe21aaaf293f5ded163a162697ff9a02ddd")),
        MusicGen("musicgen-small", ["model.safetensors"], [("model.safetensors", 2_360_000_000, "1bdc99d43eb6c775967df24b65b0a9f847c0907e95664698d93b5a1c35f5090d")]),
        MusicGen("musicgen-medium", ["pytorch_model.bin"], [("pytorch_model.bin", 8_040_000_000, "b51b0ec25096748bb9a86bf37e41b487024ab2b7077d26cc9e007525f47cd189")]),
        MusicGen(
            "musicgen-large",
            ["pytorch_model.bin.index.json"],
            [
                ("pytorch_model-00001-of-00002.bin", 9_990_000_000, "a7ed8a0d95eff206263d1ae62955a7b8a7dab11a6b55e953887aea6ed54f85bd"),
                ("pytorch_model-00002-of-00002.bin", 3_730_000_000, "f9923d2947297a9883404abfd4041a32cf486c763d36e00eb4f178823bf6bdac"),
                ("pytorch_model.bin.index.json", 102_000, null),
            ]),
    ];

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: we know no such model.</exception>
    public static ModelInfo Find(string name) => All.FirstOrDefault(model => model.Name == name)
        ?? throw new PipelineException(Problem.InvalidRequest, $"'{name}' is not one of {string.Join(", ", All.Select(model => model.Name))}.");

    static ModelInfo Demucs(string name, params ModelFile[] files) => new(name, ModelInfo.Separation, demucs, files, [.. files.Select(file => file.Name)]);

    /// <param name="name">Signature of the training run, then the first 8 digits of the file's SHA-256.</param>
    static ModelFile Hybrid(string name, long bytes, string sha256) => new($"{name}.th", new Uri($"https://dl.fbaipublicfiles.com/demucs/hybrid_transformer/{name}.th"), bytes, sha256, bytes);

    static ModelInfo MusicGen(string name, string[] weights, (string Name, long AboutBytes, string? Sha256)[] files)
    {
        var address = new Uri($"https://huggingface.co/facebook/{name}/resolve/main/");
        ModelFile File(string file, long aboutBytes, string? sha256 = null) => new(file, new Uri(address, file), null, sha256, aboutBytes);
        ModelFile[] settings = [File("config.json", 7_870), File("spiece.model", 792_000) with { OrElse = File("tokenizer.json", 2_420_000) }];
        return new ModelInfo(name, ModelInfo.Generation, musicGen, [.. files.Select(file => File(file.Name, file.AboutBytes, file.Sha256)), .. settings], weights);
    }
}
