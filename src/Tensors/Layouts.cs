namespace DgxMusic.Tensors;

/// <summary>y = x Wᵀ + b; W is (outputs, inputs), b has one value an output.</summary>
public sealed record LinearLayout(int Inputs, int Outputs);

/// <summary>One number for each of the two axes of an image. On a line (B, C, T) the height is 1 (a padding: 0).</summary>
public readonly record struct Extent(int Height, int Width);

/// <summary>Cross-correlation, zeros around. W is (outputs, inputs, kernel height, kernel width); of a line (outputs, inputs, kernel).</summary>
public sealed record ConvLayout(int Inputs, int Outputs, Extent Kernel, Extent Stride, Extent Padding, Extent Dilation)
{
    public static ConvLayout Line(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, int dilation = 1) =>
        new(inputs, outputs, new(1, kernel), new(1, stride), new(0, padding), new(1, dilation));

    public static ConvLayout Plane(int inputs, int outputs, Extent kernel, Extent? stride = null, Extent? padding = null, Extent? dilation = null) =>
        new(inputs, outputs, kernel, stride ?? new(1, 1), padding ?? new(0, 0), dilation ?? new(1, 1));
}

/// <summary>
/// Transposed convolution along the first axis after the channels: time of (B, C, T), height of (B, C, H, W).
/// W is (inputs, outputs, kernel). Of n positions come (n - 1) · stride + kernel.
/// </summary>
public sealed record TransposedConvLayout(int Inputs, int Outputs, int Kernel, int Stride);

/// <summary>One layer of a long short-term memory; rows of its matrices are input, forget, cell and output gates in this order.</summary>
public sealed record LstmLayout(int Inputs, int Hidden);

/// <summary>What a memory carries from step to step, both (B, hidden).</summary>
/// <param name="Hidden">The last output.</param>
public sealed record LstmState(Tensor Hidden, Tensor Cell);

/// <param name="Heads">Divides the channels.</param>
/// <param name="Scale">Factor of the products; null: 1/√(channels of a head).</param>
/// <param name="Bias">(heads, queries, keys), added to the scaled products.</param>
/// <param name="Causal">The last query sees all keys, each one before it one key less.</param>
/// <param name="Keys">How many keys from the first count; null: all.</param>
public readonly record struct AttentionLayout(int Heads, float? Scale = null, Tensor? Bias = null, bool Causal = false, int? Keys = null);

/// <summary>Over which values a group norm takes its mean and variance.</summary>
public enum NormSpan
{
    /// <summary>(B, C, …): the channels of a group at all positions.</summary>
    Item,

    /// <summary>(B, C, H, W): the channels of a group in one row of height 1, as if each row were an item of its own.</summary>
    Row,

    /// <summary>(B, T, C): all tokens and channels; one group only.</summary>
    Tokens,
}

public enum PadMode
{
    Zeros,

    /// <summary>Mirrored at the first and last value, which are not repeated.</summary>
    Reflect,
}

/// <summary>Scale and shift of a norm, one value a channel.</summary>
public sealed record NormWeights(Tensor Weight, Tensor? Bias, float Epsilon);
