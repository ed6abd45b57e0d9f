using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen.Text;

// SentencePiece with a unigram model. Kudo and Richardson, arXiv:1808.06226; Kudo, arXiv:1804.10959, section 3.2.
//   text ── UTF-8 ── TextNormalizer ── "▁a▁slow▁waltz" ── the likeliest way to cut it ── ids ── end token

/// <summary>Cuts a text into the pieces that a text encoder was trained on.</summary>
sealed class UnigramTokenizer
{
    // What an unknown character costs more than the unlikeliest piece.
    const float UnknownPenalty = 10;

    readonly TextNormalizer normalizer;
    readonly PieceTrie trie;
    readonly double[] scores;
    readonly int unknown, end;
    readonly float unknownScore;

    UnigramTokenizer(UnigramModel model, TextConfig config)
    {
        (unknown, end) = (model.Pieces.FindIndex(piece => piece.Kind == PieceKind.Unknown), config.EndToken);
        Pieces = [.. model.Pieces.Select(piece => piece.Text)];
        float[] usual = [.. model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score)];
        unknownScore = usual.DefaultIfEmpty(0).Min() - UnknownPenalty;
        // What somebody defined beats any other way to cut it.
        float highest = Math.Max(0, usual.DefaultIfEmpty(0).Max());
        scores = [.. model.Pieces.Select(piece => piece.Kind == PieceKind.UserDefined ? (piece.Utf8.Length * highest) - 0.1 : piece.Score)];
        trie = new(model.Pieces);
        normalizer = new(model);
    }

    /// <summary>By id.</summary>
    public IReadOnlyList<string> Pieces { get; }

    /// <summary>Reads <c>spiece.model</c> or <c>tokenizer.json</c>, told apart by what they hold.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/>: the file is damaged; <see cref="Problem.WeightsMismatch"/>: it belongs to another text encoder.</exception>
    public static UnigramTokenizer Read(string path, TextConfig config)
    {
        using MappedFile file = MappedFile.Open(path);
        if (file.Length > UnigramModel.MostBytes) throw WeightFault.Unreadable(path, $"its {file.Length} bytes are more than a tokenizer has");
        ReadOnlySpan<byte> bytes = file.Slice(0, (int)file.Length);
        UnigramModel model = TokenizerJson.IsOne(bytes) ? TokenizerJson.Read(path, bytes) : SentencePieceModel.Read(path, bytes);
        model.Check(path, config);
        return new(model, config);
    }

    /// <summary>The ids of a text and then the end token. Runs of unknown characters are one token.</summary>
    /// <param name="text">Half of a surrogate pair stands for U+FFFD.</param>
    public int[] Encode(string text)
    {
        byte[] normal = normalizer.Normalize(Encoding.UTF8.GetBytes(text));
        List<int> ids = [];
        foreach (int id in BestCut(normal))
        {
            if (id != unknown || ids.Count == 0 || ids[^1] != unknown) ids.Add(id);
        }

        return [.. ids, end];
    }

    /// <summary>The path of pieces from the text's start to its end whose scores have the largest sum. Viterbi, 1967.</summary>
    int[] BestCut(ReadOnlySpan<byte> text)
    {
        // How the best path to each byte arrives there.
        var paths = new Path[text.Length + 1];
        for (int start = 0, next; start < text.Length; start = next)
        {
            next = start + Math.Min(CharacterBytes(text[start]), text.Length - start);
            bool isKnown = false;
            int node = PieceTrie.Root;
            for (int at = start; at < text.Length && trie.Descend(ref node, text[at]);)
            {
                at++;
                if (trie.IdAt(node) is not { } id) continue;
                Offer(ref paths[at], paths[start].Score + scores[id], start, id);
                isKnown |= at == next;
            }

            if (!isKnown) Offer(ref paths[next], paths[start].Score + unknownScore, start, unknown);
        }

        List<int> ids = [];
        for (int at = text.Length; at > 0; at = paths[at].Start) ids.Add(paths[at].Id);
        ids.Reverse();
        return [.. ids];
    }

    /// <param name="score">Compared in float64, remembered in float32: which of two equal ways wins hangs on the rounding.</param>
    static void Offer(ref Path known, double score, int start, int id)
    {
        if (!known.IsReached || score > known.Score) known = new(true, (float)score, start, id);
    }

    /// <summary>Bytes of a character in UTF-8, as its first byte tells.</summary>
    static int CharacterBytes(byte first) => first switch { < 0xC0 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };

    readonly record struct Path(bool IsReached, float Score, int Start, int Id);
}
