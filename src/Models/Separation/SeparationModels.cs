using DgxMusic.Contracts;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Models.Spectral;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Separation;

/// <summary>The separators by name.</summary>
public static class SeparationModels
{
    // Each file of this bag was trained on for one source, in the order of the sources.
    const string FineTuned = "htdemucs_ft";

    /// <summary>From the best to the one that is always there.</summary>
    public static IReadOnlyList<string> Names { get; } = [FineTuned, "htdemucs", "htdemucs_6s", SpectralModel.ModelName];

    /// <param name="name">Of these, or of a custom model.</param>
    /// <param name="engine">Makes what it calculates with; null: our own, with all processors.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: no such model; <see cref="Problem.ModelNotInstalled"/>; whatever its weights say.</exception>
    public static ISeparationModel Open(string name, ModelStore store, Func<IEngine>? engine = null)
    {
        if (name == SpectralModel.ModelName) return new SpectralModel();
        IReadOnlyList<string> files = store.VerifiedWeights(name);
        IReadOnlyList<float>[]? shares = name == FineTuned ? [.. files.Select((_, n) => files.Select((_, source) => source == n ? 1f : 0f).ToArray())] : null;
        return HTDemucsBag.Load(name, engine?.Invoke() ?? new ManagedEngine(), files, shares);
    }
}
