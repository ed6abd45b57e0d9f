namespace DgxMusic.Tensors;

public enum Activation
{
    None,

    /// <summary>x Φ(x) with the exact normal distribution; Hendrycks and Gimpel, arXiv:1606.08415.</summary>
    Gelu,

    Relu,

    /// <summary>x where positive, else eˣ - 1.</summary>
    Elu,

    Sigmoid,
    Tanh,

    /// <summary>First half of the channels times the sigmoid of the second: halves their number. Dauphin et al., arXiv:1612.08083.</summary>
    Glu,
}

/// <summary>What follows a layer while its values are at hand: residual + scale · activation(value).</summary>
/// <param name="Scale">One factor a channel that leaves the activation (LayerScale; Touvron et al., arXiv:2103.17239).</param>
/// <param name="Residual">Shape of the result.</param>
public readonly record struct Finish(Activation Activation = Activation.None, Tensor? Scale = null, Tensor? Residual = null)
{
    public static Finish None => default;

    public static implicit operator Finish(Activation activation) => new(activation);
}
