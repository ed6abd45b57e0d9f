using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen.Codec;

/// <summary>Weights kept as a length and a direction for each index of their first axis: w = g · v / ‖v‖. Salimans and Kingma, arXiv:1602.07868, equation 2.</summary>
static class WeightNorm
{
    /// <summary>The weights themselves, from either form in which lengths and directions are written, or from a file where they have been multiplied already.</summary>
    public static float[] Read(Parameters module, params ReadOnlySpan<int> shape)
    {
        bool isNewer = module.Has("parametrizations.weight.original1");
        if (!isNewer && !module.Has("weight_v") && module.Has("weight")) return module.Read("weight", shape);
        float[] lengths = module.Read(isNewer ? "parametrizations.weight.original0" : "weight_g", [shape[0], .. Enumerable.Repeat(1, shape.Length - 1)]);
        float[] weights = module.Read(isNewer ? "parametrizations.weight.original1" : "weight_v", shape);
        int row = weights.Length / lengths.Length;
        for (int n = 0; n < lengths.Length; n++) Scale(weights.AsSpan(n * row, row), lengths[n]);
        return weights;
    }

    static void Scale(Span<float> direction, double length)
    {
        double energy = 0;
        foreach (float value in direction) energy += (double)value * value;
        double factor = energy == 0 ? 0 : length / Math.Sqrt(energy);   // no direction, no weight
        foreach (ref float value in direction) value = (float)(value * factor);
    }
}
