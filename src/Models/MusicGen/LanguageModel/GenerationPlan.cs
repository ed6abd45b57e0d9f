namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>
/// How much is to be written, and in which windows. A model writes no more than a pass at a time; what is longer is written by a window that slides:
///
///   window 0   ├ prompt ┼──────── new ────────┤
///   window 1            ·stride·├─── known ───┼── new ──┤           begins a stride later, knows what is written, writes a stride more
///   window 2                            ·stride·├── known ──┼ new ┤ ends with the music
///
/// A window starts anew at position 0, as if the music began with what it knows. Codes once written are never changed, so windows meet without a seam.
/// </summary>
/// <param name="Frames">New ones, without the prompt.</param>
/// <param name="PassFrames">Of a window, what it knows included. The published models were trained with <see cref="LongestPass"/>.</param>
/// <param name="StrideFrames">From one window to the next; Copet et al., arXiv:2306.05284, and their program slide by 18 s of 30.</param>
/// <param name="Prompt">What the music begins with; shorter than a pass.</param>
public sealed record GenerationPlan(int Frames, int PassFrames = GenerationPlan.LongestPass, int StrideFrames = GenerationPlan.UsualStride, Codes? Prompt = null)
{
    /// <summary>30 s.</summary>
    public const int LongestPass = 1500;

    /// <summary>18 s.</summary>
    public const int UsualStride = 900;

    public int PromptFrames => Prompt?.Frames ?? 0;

    /// <summary>Prompt and new frames.</summary>
    public int TotalFrames => PromptFrames + Frames;

    /// <summary>First to last. Each knows what the one before it left, and writes at least one frame.</summary>
    internal IEnumerable<GenerationWindow> Windows
    {
        get
        {
            int end = Math.Min(PassFrames, TotalFrames);
            yield return new(0, end, PromptFrames);
            for (int start = StrideFrames; end < TotalFrames; start += StrideFrames)
            {
                int known = end - start;
                end = Math.Min(start + PassFrames, TotalFrames);
                yield return new(start, end - start, known);
            }
        }
    }

    /// <exception cref="ArgumentException">No such music can be written.</exception>
    internal void Check(LanguageModelConfig config, DelayPattern pattern)
    {
        if (Frames < 1) throw new ArgumentException($"{Frames} frames are no music.");
        if (PassFrames is < 1 or > LongestPass || pattern.PositionsOf(PassFrames) > config.MaxPositions + 1)
            throw new ArgumentException($"A pass of {PassFrames} frames is not one of 1 to {Math.Min(LongestPass, config.MaxPositions - pattern.LongestDelay)}.");
        if (PromptFrames >= PassFrames) throw new ArgumentException($"A prompt of {PromptFrames} frames leaves nothing of a pass of {PassFrames}.");
        if (TotalFrames > PassFrames && (StrideFrames < 1 || StrideFrames >= PassFrames))
            throw new ArgumentException($"Windows of {PassFrames} frames cannot slide by {StrideFrames} and know what came before.");
        if (Prompt is not null && Prompt.Codebooks != config.Codebooks) throw new ArgumentException($"A prompt of {Prompt.Codebooks} codebooks is not one of {config.Codebooks}.");
        for (int codebook = 0; codebook < config.Codebooks && Prompt is not null; codebook++)
        {
            foreach (int code in Prompt.Of(codebook))
            {
                if ((uint)code >= (uint)config.Codes) throw new ArgumentException($"The prompt's code {code} in codebook {codebook} is not one of 0 to {config.Codes - 1}.");
            }
        }
    }
}

/// <param name="Start">Its first frame.</param>
/// <param name="Known">Frames at its beginning that are written already.</param>
readonly record struct GenerationWindow(int Start, int Frames, int Known)
{
    /// <summary>One a position that holds a code which is not known yet.</summary>
    public int StepsOf(DelayPattern pattern) => Frames + pattern.LongestDelay - Known;
}
