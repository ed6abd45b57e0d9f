using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>
/// What a language model remembers of the positions so far: keys and values of every layer, of a row with the text and, for guidance, of one without
/// (Ho and Salimans, arXiv:2207.12598; Kreuk et al., arXiv:2209.15352). For one thread at a time.
/// </summary>
sealed class LanguageModelState : IDisposable
{
    /// <summary>Positions that run together when several are taken in at once; no result depends on it.</summary>
    const int PrefillBlock = 128;

    readonly LanguageModel model;
    readonly Condition condition;
    readonly float guidance;
    readonly int rows;
    readonly KeyValueCache[] past;

    /// <param name="guidance">
    /// How far to go from what is likely without the text towards, and beyond, what is likely with it. 1: exactly to the latter, which needs one row only.
    /// </param>
    /// <param name="capacity">Most positions.</param>
    public LanguageModelState(LanguageModel model, Condition condition, float guidance, int capacity)
    {
        LanguageModelConfig config = model.Config;
        if (capacity < 1 || capacity > config.MaxPositions)
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"The model knows 1 to {config.MaxPositions} positions.");
        if (!float.IsFinite(guidance)) throw new ArgumentOutOfRangeException(nameof(guidance), guidance, "Guidance is a number.");
        (this.model, this.condition, this.guidance, rows) = (model, condition, guidance, guidance == 1 ? 1 : 2);
        past = new KeyValueCache[config.Layers];
        try
        {
            for (int n = 0; n < past.Length; n++) past[n] = model.Engine.CreateCache(rows, config.Heads, config.Hidden, capacity, model.CacheStorage);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Positions taken in so far.</summary>
    public int Positions => past[^1].Length;

    /// <summary>Takes positions in. The same state, bit for bit, as after so many steps.</summary>
    /// <param name="tokens">(T, K), T may be 0.</param>
    public void Prefill(ReadOnlySpan<int> tokens, CancellationToken stopping = default)
    {
        int block = PrefillBlock * model.Config.Codebooks;
        for (; tokens.Length > 0; tokens = tokens[Math.Min(block, tokens.Length)..])
        {
            stopping.ThrowIfCancellationRequested();
            using ITensorScope scope = model.Engine.Scope();
            Forward(tokens[..Math.Min(block, tokens.Length)]);
        }
    }

    /// <summary>Takes one position in and says what may come next.</summary>
    /// <param name="tokens">(K).</param>
    /// <param name="logits">(K, V).</param>
    public void Step(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        if (tokens.Length != model.Config.Codebooks) throw new ArgumentException($"A step takes {model.Config.Codebooks} tokens, not {tokens.Length}.", nameof(tokens));
        using ITensorScope scope = model.Engine.Scope();
        model.Engine.Download(Guided(model.Logits(Forward(tokens))), logits);
    }

    /// <summary>Forgets all positions but the first ones.</summary>
    public void Truncate(int positions)
    {
        foreach (KeyValueCache layer in past) layer.Truncate(positions);
    }

    public void Dispose()
    {
        foreach (KeyValueCache? layer in past) layer?.Dispose();
    }

    internal Tensor Forward(ReadOnlySpan<int> tokens)
    {
        Truncate(Positions);   // layers that had taken in what was then broken off
        return model.Forward(tokens, past, condition, rows);
    }

    /// <summary>(B, 1, K V) → (1, 1, K V).</summary>
    Tensor Guided(Tensor logits)
    {
        if (rows == 1) return logits;
        Tensor told = model.Engine.Slice(logits, 0, 0, 1), untold = model.Engine.Slice(logits, 0, 1, 1);
        return untold + ((told - untold) * guidance);
    }
}
