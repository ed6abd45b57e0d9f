namespace DgxMusic.Models.MusicGen.Codec;

/// <summary>Stereo as the language model writes it: each book of the mono codec twice, left before right.</summary>
static class StereoCodes
{
    public static (Codes Left, Codes Right) Split(Codes both)
    {
        if (both.Codebooks % 2 != 0) throw new ArgumentException($"{both.Codebooks} codebooks are not those of two channels.", nameof(both));
        return (Every(both, 0), Every(both, 1));
    }

    public static Codes Join(Codes left, Codes right)
    {
        if (left.Codebooks != right.Codebooks || left.Frames != right.Frames)
            throw new ArgumentException($"{right.Codebooks} codebooks of {right.Frames} frames do not go beside {left.Codebooks} of {left.Frames}.", nameof(right));
        return Of(2 * left.Codebooks, left.Frames, book => book % 2 == 0 ? left.Of(book / 2) : right.Of(book / 2));
    }

    static Codes Every(Codes both, int channel) => Of(both.Codebooks / 2, both.Frames, book => both.Of((2 * book) + channel));

    static Codes Of(int codebooks, int frames, Func<int, ReadOnlySpan<int>> of)
    {
        int[] values = new int[codebooks * frames];
        for (int book = 0; book < codebooks; book++) of(book).CopyTo(values.AsSpan(book * frames));
        return new(codebooks, frames, values);
    }
}
