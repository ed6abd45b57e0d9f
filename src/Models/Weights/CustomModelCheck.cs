using System.Numerics.Tensors;
using DgxMusic.Contracts;
using DgxMusic.Models.HTDemucs;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Weights;

/// <summary>Whether a file is a model we can run: it is read by a reader that executes nothing, built once, and looked through for numbers that are none.</summary>
static class CustomModelCheck
{
    const int StereoChannels = 2;

    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/>, <see cref="Problem.WeightsRefused"/>, <see cref="Problem.WeightsMismatch"/>.</exception>
    public static HTDemucsConfig Read(string path, CancellationToken cancel)
    {
        using WeightFile weights = WeightFile.Open(path);
        HTDemucsConfig config = HTDemucsConfig.Of(weights);
        if (config.AudioChannels != StereoChannels) throw WeightFault.Mismatch(path, $"it hears {config.AudioChannels} channels; tracks have {StereoChannels}");
        RequireFinite(weights, cancel);

        // Every parameter is asked for by name and shape when the model is built.
        using var engine = new ManagedEngine(1);
        _ = new HTDemucs.HTDemucs(engine, config, weights);
        return config;
    }

    static void RequireFinite(WeightFile weights, CancellationToken cancel)
    {
        float[] numbers = [];
        foreach (WeightTensor tensor in weights.Tensors.Values.Where(tensor => tensor.Type is ElementType.F32 or ElementType.F16 or ElementType.BF16))
        {
            cancel.ThrowIfCancellationRequested();
            if (numbers.Length < tensor.Count) numbers = new float[tensor.Count];
            Span<float> values = numbers.AsSpan(0, tensor.Count);
            tensor.Read(values);
            if (!TensorPrimitives.IsFiniteAll<float>(values)) throw WeightFault.Mismatch(weights.Path, $"tensor '{tensor.Name}' has values that are not finite numbers");
        }
    }
}
