using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen.Text;

// T5, the encoder alone. Raffel et al., arXiv:1910.10683, section 2.1.
//   ids ── embed_tokens ── block ×12 ── final_layer_norm ── states
//   block:  x ─┬─ layer_norm ── SelfAttention ──(+)─┬─ layer_norm ── DenseReluDense ──(+)── x
//              └────────────────────────────────┘   └─────────────────────────────────┘
// N tokens. No layer has a bias; where a token stands it learns from a number a head and distance, which all blocks share. Shapes are those of T5-base.

/// <summary>What a text means, token by token. Padding never enters: masked tokens would change nothing for the others.</summary>
sealed class T5Encoder
{
    readonly IEngine engine;
    readonly TextConfig config;
    readonly WeightTensor embedTokens;
    readonly RelativePositions positions;
    readonly T5Block[] block;
    readonly NormWeights finalLayerNorm;

    /// <param name="parameters">Of <c>text_encoder</c>. Their file has to stay open: of the largest table by far, only the rows of the tokens at hand are ever read.</param>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsMismatch"/>: a parameter is missing or has another shape.</exception>
    public T5Encoder(Parameters parameters, TextConfig config)
    {
        (engine, this.config) = (parameters.Engine, config);
        Parameters encoder = parameters["encoder"];
        // One tensor under two names, of which a checkpoint may have either.
        embedTokens = parameters.Has("shared.weight") || !encoder.Has("embed_tokens.weight")
            ? parameters.Find("shared.weight", config.Vocabulary, config.Width)
            : encoder.Find("embed_tokens.weight", config.Vocabulary, config.Width);
        positions = new(encoder["block"][0]["layer"][0]["SelfAttention"]["relative_attention_bias"], config);
        block = [.. Enumerable.Range(0, config.Layers).Select(n => new T5Block(encoder["block"][n]["layer"], config))];
        finalLayerNorm = encoder["final_layer_norm"].RmsNorm(config.Width, config.Epsilon);
    }

    /// <summary>Takes the residual stream before the first block and after each, for those who compare it.</summary>
    internal Action<int, Tensor>? Probe { get; set; }

    /// <param name="ids">N ≥ 1 tokens, the end token last.</param>
    /// <returns>(1, N, 768).</returns>
    public Tensor Forward(ReadOnlySpan<int> ids)
    {
        using ITensorScope scope = engine.Scope();
        Tensor x = Embed(ids);                                                              // (1, N, 768)
        Tensor bias = engine.Upload(positions.Bias(ids.Length), config.Heads, ids.Length, ids.Length);   // (12, N, N)
        Probe?.Invoke(0, x);
        for (int n = 0; n < block.Length; n++)
        {
            x = block[n].Forward(x, bias);
            Probe?.Invoke(n + 1, x);
        }

        return scope.Keep(engine.RmsNorm(x, finalLayerNorm));
    }

    Tensor Embed(ReadOnlySpan<int> ids)
    {
        float[] rows = new float[ids.Length * config.Width];
        for (int i = 0; i < ids.Length; i++) embedTokens.Item(ids[i]).Read(rows.AsSpan(i * config.Width, config.Width));
        return engine.Upload(rows, 1, ids.Length, config.Width);
    }
}

/// <summary>Attention to all tokens, then two linear layers with ReLU between; each reads a norm of what it adds to.</summary>
sealed class T5Block
{
    readonly IEngine engine;
    readonly int heads;
    readonly NormWeights attentionNorm, denseNorm;
    readonly LinearWeights q, k, v, o, wi, wo;

    /// <param name="layer">Attention is layer 0, what is dense layer 1.</param>
    public T5Block(Parameters layer, TextConfig config)
    {
        (engine, heads) = (layer.Engine, config.Heads);
        int width = config.Width, inner = config.Heads * config.HeadSize;
        Parameters attention = layer[0]["SelfAttention"], dense = layer[1]["DenseReluDense"];
        attentionNorm = layer[0]["layer_norm"].RmsNorm(width, config.Epsilon);
        (q, k, v, o) = (attention["q"].Matrix(width, inner), attention["k"].Matrix(width, inner), attention["v"].Matrix(width, inner), attention["o"].Matrix(inner, width));
        denseNorm = layer[1]["layer_norm"].RmsNorm(width, config.Epsilon);
        (wi, wo) = (dense["wi"].Matrix(width, config.Hidden), dense["wo"].Matrix(config.Hidden, width));
    }

    public Tensor Forward(Tensor x, Tensor bias)
    {
        using ITensorScope scope = engine.Scope();
        Tensor normed = engine.RmsNorm(x, attentionNorm);
        // The first weights absorbed what would be 1/√(channels of a head) elsewhere.
        Tensor seen = engine.Attention(engine.Linear(normed, q), engine.Linear(normed, k), engine.Linear(normed, v), new(heads, Scale: 1, bias));
        x = engine.Linear(seen, o, new(Residual: x));
        Tensor wide = engine.Linear(engine.RmsNorm(x, denseNorm), wi, Activation.Relu);     // (1, N, 3072)
        return scope.Keep(engine.Linear(wide, wo, new(Residual: x)));                       // (1, N, 768)
    }
}
