namespace DgxMusic.Torch;

/// <summary>What products of weights and activations are calculated in. Norms, statistics, transforms and sums with residuals are float32 always.</summary>
public enum Precision
{
    Float32,

    /// <summary>11 bits of mantissa, values up to 65504; on GPUs only.</summary>
    Float16,

    /// <summary>8 bits of mantissa, the range of float32.</summary>
    BFloat16,
}
