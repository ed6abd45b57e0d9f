namespace DgxMusic.Models.MusicGen.LanguageModel;

/// <summary>
/// Lays frames of codes along positions so that a position never holds two codebooks of a frame. Copet et al., arXiv:2306.05284, §2.2, "delay":
/// position 0 holds no code, frame f of codebook k stands at position f + delay(k) + 1.
/// </summary>
/// <param name="AudioChannels">2: codebooks belong to left and right in turn, and those of a pair share a delay.</param>
readonly record struct DelayPattern(int Codebooks, int AudioChannels)
{
    public int LongestDelay => DelayOf(Codebooks - 1);

    public int DelayOf(int codebook) => codebook / AudioChannels;

    public int PositionsOf(int frames) => frames + LongestDelay + 1;

    /// <summary>The frame whose code of that codebook stands at a position; null: none, a gap.</summary>
    /// <param name="frames">How many there are.</param>
    public int? FrameAt(int position, int codebook, int frames)
    {
        int frame = position - 1 - DelayOf(codebook);
        return frame >= 0 && frame < frames ? frame : null;
    }

    /// <summary>(positions, codebooks), with a token in every gap.</summary>
    public int[] Lay(Codes codes, int gap)
    {
        int[] tokens = new int[PositionsOf(codes.Frames) * Codebooks];
        for (int n = 0; n < tokens.Length; n++) tokens[n] = FrameAt(n / Codebooks, n % Codebooks, codes.Frames) is { } frame ? codes[n % Codebooks, frame] : gap;
        return tokens;
    }
}
