using DgxMusic.Contracts;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Separation;

/// <summary>The separators by name.</summary>
public static class SeparationModels
{
    // Each file of this bag was trained on for one source, in the order of the sources.
    const string FineTuned = "htdemucs_ft";

    /// <summary>From the best to the one that is always there.</summary>
    public static IReadOnlyList<string> Names { get; } = [FineTuned, "htdemucs", "htdemucs_6s", SpectralModel.ModelName];

    /// <param name="name">Of these, or of a custom model. Null: the best of <c>htdemucs_ft</c>, <c>htdemucs</c> and <c>spectral</c> that is installed.</param>
    /// <param name="weights">A package or safetensors file of HTDemucs to use instead of an installed one.</param>
    /// <param name="threads">Of the processor; 0: all.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: no such model; <see cref="Problem.ModelNotInstalled"/>; <see cref="Problem.FileNotFound"/>; whatever its weights say.</exception>
    public static ISeparationModel Open(string? name, string? weights, ModelStore store, int threads = 0)
    {
        if (Directory.Exists(weights)) throw new PipelineException(Problem.FileNotFound, $"'{weights}' is a folder; --weights takes a file.");
        if (weights is not null && !File.Exists(weights)) throw new PipelineException(Problem.FileNotFound, $"There is no weight file '{weights}'.");
        if (weights is not null) return HTDemucsBag.Load(name ?? Path.GetFileNameWithoutExtension(weights), new ManagedEngine(threads), [weights]);
        name ??= new[] { FineTuned, "htdemucs" }.FirstOrDefault(store.IsInstalled) ?? SpectralModel.ModelName;
        if (store.Custom.Find(name) is not null) return HTDemucsBag.Load(name, new ManagedEngine(threads), store.VerifiedWeights(name));
        if (!Names.Contains(name))
        {
            string fault = $"'{name}' is not one of {string.Join(", ", Names.Concat(store.Custom.List().Select(custom => custom.Name)))}; --weights takes a file of any other.";
            throw new PipelineException(Problem.InvalidRequest, fault, new Dictionary<string, string> { ["model"] = fault });
        }

        if (name == SpectralModel.ModelName) return new SpectralModel();
        IReadOnlyList<string> files = store.VerifiedWeights(name);
        IReadOnlyList<float>[]? shares = name == FineTuned ? [.. files.Select((_, n) => files.Select((_, source) => source == n ? 1f : 0f).ToArray())] : null;
        return HTDemucsBag.Load(name, new ManagedEngine(threads), files, shares);
    }
}
