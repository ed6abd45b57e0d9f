namespace DgxMusic.Tensors;

/// <summary>
/// The operations that our models are made of. B batch, C channels, T time or tokens, H × W image.
/// Results do not depend on threads or blocking; a row's values do not depend on how many rows go with it.
/// </summary>
/// <exception cref="ArgumentException">From every operation: shapes that do not fit, tensors of another engine, tensors whose scope is closed.</exception>
public interface IEngine : IDisposable
{
    /// <summary>Same class, same bits: vector path, fused multiply-add, major version of .NET, family of the operating system.</summary>
    string NumericsClass { get; }

    ITensorScope Scope();

    Tensor Upload(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape);

    Tensor Zeros(params ReadOnlySpan<int> shape);

    void Download(Tensor tensor, Span<float> values);

    /// <param name="storage">Fewer bits are read faster, and a product of few rows takes as long as its weights take to be read.</param>
    LinearWeights Prepare(LinearLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default, WeightStorage storage = WeightStorage.Float32);

    ConvWeights Prepare(ConvLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default);

    TransposedConvWeights Prepare(TransposedConvLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default);

    /// <param name="inputWeight">(4 hidden, inputs).</param>
    /// <param name="hiddenWeight">(4 hidden, hidden).</param>
    /// <param name="bias">4 hidden: the sum of both biases where a checkpoint has two.</param>
    LstmWeights Prepare(LstmLayout layout, ReadOnlySpan<float> inputWeight, ReadOnlySpan<float> hiddenWeight, ReadOnlySpan<float> bias);

    /// <summary>(…, inputs) → (…, outputs).</summary>
    Tensor Linear(Tensor x, LinearWeights weights, Finish finish = default);

    /// <summary>(…, M, K) × (…, K, N) → (…, M, N), batch by batch.</summary>
    /// <param name="transposed">b is (…, N, K).</param>
    Tensor MatMul(Tensor a, Tensor b, bool transposed = false);

    /// <summary>
    /// softmax(q kᵀ · scale + bias) v for each head: (B, T, C), (B, S, C), (B, S, C) → (B, T, C). Never holds T × S products.
    /// Milakov and Gimelshein, arXiv:1805.02867; Rabe and Staats, arXiv:2112.05682.
    /// </summary>
    Tensor Attention(Tensor queries, Tensor keys, Tensor values, AttentionLayout layout);

    /// <summary>The same with the keys and values of a cache.</summary>
    Tensor Attention(Tensor queries, KeyValueCache cache, AttentionLayout layout);

    KeyValueCache CreateCache(int batch, int heads, int channels, int capacity, CacheStorage storage = CacheStorage.Float32);

    /// <summary>(B, C, T) or (B, C, H, W) → (B, outputs, …).</summary>
    Tensor Conv(Tensor x, ConvWeights weights, Finish finish = default);

    /// <param name="skip">Positions left out at the start of the result, along the axis of the stride.</param>
    /// <param name="length">Positions kept from there; null: all.</param>
    Tensor ConvTranspose(Tensor x, TransposedConvWeights weights, int skip = 0, int? length = null, Activation activation = Activation.None);

    /// <summary>Zero mean and unit variance over each group of channels, then weight and bias a channel. Wu and He, arXiv:1803.08494.</summary>
    Tensor GroupNorm(Tensor x, NormWeights norm, int groups = 1, NormSpan span = NormSpan.Item, Finish finish = default);

    /// <summary>Zero mean and unit variance over the last axis. Ba et al., arXiv:1607.06450.</summary>
    Tensor LayerNorm(Tensor x, NormWeights norm);

    /// <summary>Unit mean square over the last axis; no mean, no bias. Zhang and Sennrich, arXiv:1910.07467.</summary>
    Tensor RmsNorm(Tensor x, NormWeights norm);

    /// <summary>(B, T, inputs) → (B, T, hidden), from a state of zeros. Hochreiter and Schmidhuber, 1997.</summary>
    Tensor Lstm(Tensor x, LstmWeights weights);

    /// <summary>The same from the state that earlier steps left behind: any cuts through a sequence give what it gives at once.</summary>
    /// <param name="before">Null: zeros.</param>
    (Tensor Y, LstmState After) Lstm(Tensor x, LstmWeights weights, LstmState? before);

    /// <param name="table">(rows, C).</param>
    /// <param name="ids">One row number a token.</param>
    /// <returns>(tokens, C).</returns>
    Tensor Embedding(Tensor table, ReadOnlySpan<int> ids);

    /// <param name="axis">The axis that <see cref="Activation.Glu"/> halves; the others look at no neighbours.</param>
    Tensor Activate(Tensor x, Activation activation, int axis = 1);

    /// <summary>Over the last axis.</summary>
    Tensor Softmax(Tensor x);

    /// <summary>Sizes of 1 are repeated as often as the other operand asks, counted from the last axis; also for the next three.</summary>
    Tensor Add(Tensor a, Tensor b);

    Tensor Subtract(Tensor a, Tensor b);

    Tensor Multiply(Tensor a, Tensor b);

    Tensor Divide(Tensor a, Tensor b);

    /// <summary>x · factor + term, in one rounding.</summary>
    Tensor Affine(Tensor x, float factor, float term);

    /// <summary>Mean and standard deviation (divisor n - 1) of each item of a batch; (B, 1, …, 1), to be broadcast.</summary>
    (Tensor Mean, Tensor Deviation) Moments(Tensor x);

    /// <summary>Lengthens the last axis at both ends.</summary>
    Tensor Pad(Tensor x, int before, int after, PadMode mode = PadMode.Zeros);

    Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts);

    Tensor Slice(Tensor x, int axis, int start, int length);

    /// <summary>Axis i of the result is axis <c>axes[i]</c> of x.</summary>
    Tensor Permute(Tensor x, params ReadOnlySpan<int> axes);

    /// <summary>
    /// (B, C, T) → (B, C, 2, size/2 + 1, 1 + T/hop): real and imaginary parts. Periodic Hann window around every hop, reflected at the ends, scaled by 1/√size.
    /// </summary>
    Tensor Stft(Tensor x, int size, int hop);

    /// <summary>The inverse of <see cref="Stft"/>: (B, C, 2, bins, frames) → (B, C, length), overlap-add divided by the sum of squared windows.</summary>
    Tensor InverseStft(Tensor spectrum, int hop, int length);
}
