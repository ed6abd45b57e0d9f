using DgxMusic.Contracts;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen.LanguageModel;

// The language model of MusicGen. Copet et al., arXiv:2306.05284, §2: a decoder over all codebooks at once, as the delay pattern lays them.
//
//   tokens ── embed_tokens ×K ── Σ ── + positions ── layers ×N ── layer_norm ── lm_heads ×K ── logits
//                                                      │
//   text ────── enc_to_dec_proj ────── keys, values ───┘   once a text
//
// B rows: one with the text and, for guidance, one without. T positions · C hidden · K codebooks · V codes.

/// <summary>Hears the codes so far and says how likely each code is next.</summary>
public sealed class LanguageModel
{
    readonly IEngine engine;
    readonly TokenEmbedding embedding;
    readonly DecoderLayer[] layers;
    readonly NormWeights layerNorm;
    readonly LinearWeights encToDecProj, lmHeads;

    /// <param name="parameters">Of the whole checkpoint: <c>decoder</c> and <c>enc_to_dec_proj</c> are read.</param>
    /// <param name="textWidth">Channels of what the text encoder gives.</param>
    /// <param name="storage">Of all matrices but <c>enc_to_dec_proj</c>.</param>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsMismatch"/>: a tensor is missing or has another shape.</exception>
    internal LanguageModel(Parameters parameters, LanguageModelConfig config, int textWidth, WeightStorage storage = default, CacheStorage cacheStorage = default)
    {
        (engine, Config, TextWidth, CacheStorage) = (parameters.Engine, config, textWidth, cacheStorage);
        Parameters decoder = parameters["decoder"]["model"]["decoder"];
        embedding = new(decoder["embed_tokens"], config);
        layers = [.. Enumerable.Range(0, config.Layers).Select(n => new DecoderLayer(decoder["layers"][n], config, storage))];
        layerNorm = decoder["layer_norm"].Norm(config.Hidden);
        encToDecProj = parameters["enc_to_dec_proj"].Linear(textWidth, config.Hidden);
        string[] heads = [.. Enumerable.Range(0, config.Codebooks).Select(codebook => $"{codebook}")];
        lmHeads = parameters["decoder"]["lm_heads"].Matrices(config.Hidden, config.Codes, storage, heads);
    }

    public LanguageModelConfig Config { get; }

    /// <summary>Called with the name of each inner result and its value, which must not be kept.</summary>
    internal Action<string, Tensor>? Probe { get; set; }

    internal IEngine Engine => engine;

    internal int TextWidth { get; }

    internal CacheStorage CacheStorage { get; }

    /// <summary>Looks at a text as all layers will.</summary>
    /// <param name="text">(S, text width) or (1, S, text width): what the text encoder gives.</param>
    public Condition Read(Tensor text)
    {
        if (text.Rank is not (2 or 3) || text.Length == 0 || text.Size(-1) != TextWidth || text.Length != (long)text.Size(-2) * TextWidth)
            throw new ArgumentException($"{text} is not one text of {TextWidth} channels.", nameof(text));
        using ITensorScope scope = engine.Scope();
        Tensor source = engine.Linear(text.Reshape(1, text.Size(-2), TextWidth), encToDecProj);     // (1, S, C)
        Probe?.Invoke("encoder_states", source);
        return new([.. layers.Select(layer => layer.Read(source, CacheStorage))]);
    }

    /// <summary>The residual stream after the last norm.</summary>
    /// <param name="tokens">(T, K): what follows the positions that the caches hold.</param>
    /// <param name="past">One cache a layer, of B rows; takes the new positions in.</param>
    internal Tensor Forward(ReadOnlySpan<int> tokens, KeyValueCache[] past, Condition condition, int rows)
    {
        using ITensorScope scope = engine.Scope();
        Tensor x = embedding.Forward(tokens, past[0].Length);                                       // (1, T, C)
        if (rows > 1) x = engine.Concat(0, x, x);                                                   // (B, T, C)
        for (int n = 0; n < layers.Length; n++)
        {
            Tensor before = x;
            x = layers[n].Forward(x, past[n], condition.Layers[n]);
            scope.Drop(before);
            Probe?.Invoke($"layer{n}.out", x);
        }

        return scope.Keep(engine.LayerNorm(x, layerNorm));
    }

    /// <summary>(B, T, C) → (B, T, K V).</summary>
    internal Tensor Logits(Tensor x) => engine.Linear(x, lmHeads);
}

/// <summary>Self-attention, attention to the text, two linear layers with GELU between; each after a norm and added to what came in. Vaswani et al., arXiv:1706.03762.</summary>
sealed class DecoderLayer
{
    readonly IEngine engine;
    readonly int width, heads;
    readonly NormWeights selfAttnLayerNorm, encoderAttnLayerNorm, finalLayerNorm;
    readonly LinearWeights selfAttn, selfAttnOut, encoderAttnQueries, encoderAttnSource, encoderAttnOut, fc1, fc2;

    public DecoderLayer(Parameters parameters, LanguageModelConfig config, WeightStorage storage)
    {
        (engine, width, heads) = (parameters.Engine, config.Hidden, config.Heads);
        selfAttnLayerNorm = parameters["self_attn_layer_norm"].Norm(width);
        selfAttn = parameters["self_attn"].Matrices(width, width, storage, "q_proj", "k_proj", "v_proj");
        selfAttnOut = parameters["self_attn"]["out_proj"].Matrix(width, width, storage);
        encoderAttnLayerNorm = parameters["encoder_attn_layer_norm"].Norm(width);
        encoderAttnQueries = parameters["encoder_attn"]["q_proj"].Matrix(width, width, storage);
        encoderAttnSource = parameters["encoder_attn"].Matrices(width, width, storage, "k_proj", "v_proj");
        encoderAttnOut = parameters["encoder_attn"]["out_proj"].Matrix(width, width, storage);
        finalLayerNorm = parameters["final_layer_norm"].Norm(width);
        (fc1, fc2) = (parameters["fc1"].Matrix(width, config.FeedForward, storage), parameters["fc2"].Matrix(config.FeedForward, width, storage));
    }

    /// <summary>What this layer will look at of a text.</summary>
    /// <param name="source">(1, S, C).</param>
    public KeyValueCache Read(Tensor source, CacheStorage storage)
    {
        using ITensorScope scope = engine.Scope();
        Tensor both = engine.Linear(source, encoderAttnSource);                                     // (1, S, 2 C)
        KeyValueCache text = engine.CreateCache(1, heads, width, source.Size(1), storage);
        text.Append(engine.Slice(both, 2, 0, width), engine.Slice(both, 2, width, width));
        return text;
    }

    /// <param name="x">(B, T, C).</param>
    public Tensor Forward(Tensor x, KeyValueCache past, KeyValueCache text)
    {
        using ITensorScope scope = engine.Scope();
        x = AttendToText(AttendToPast(x, past), text);
        Tensor wide = engine.Linear(engine.LayerNorm(x, finalLayerNorm), fc1, Activation.Gelu);     // (B, T, 4 C)
        return scope.Keep(engine.Linear(wide, fc2, new(Residual: x)));
    }

    Tensor AttendToPast(Tensor x, KeyValueCache past)
    {
        Tensor all = engine.Linear(engine.LayerNorm(x, selfAttnLayerNorm), selfAttn);               // (B, T, 3 C)
        past.Append(engine.Slice(all, 2, width, width), engine.Slice(all, 2, 2 * width, width));
        Tensor seen = engine.Attention(engine.Slice(all, 2, 0, width), past, new(heads, Causal: true));
        return engine.Linear(seen, selfAttnOut, new(Residual: x));
    }

    /// <summary>The row without a text would look at zeros and see zeros: it stays as it is.</summary>
    Tensor AttendToText(Tensor x, KeyValueCache text)
    {
        Tensor told = engine.Slice(x, 0, 0, 1);                                                     // (1, T, C)
        Tensor queries = engine.Linear(engine.LayerNorm(told, encoderAttnLayerNorm), encoderAttnQueries);
        told = engine.Linear(engine.Attention(queries, text, new(heads)), encoderAttnOut, new(Residual: told));
        return x.Size(0) == 1 ? told : engine.Concat(0, told, engine.Slice(x, 0, 1, 1));
    }
}
