using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.Text;

namespace DgxMusic.Models.Tests.MusicGen.Text;

/// <summary>Tokenizers as they are published, written by hand.</summary>
static class TokenizerFiles
{
    /// <summary>What a text encoder needs to know of its tokenizer; the sizes are of no matter to it.</summary>
    public static TextConfig Config(int vocabulary = 32_128, int end = 1, int pad = 0) => new(vocabulary, 8, 4, 2, 16, 1, 32, 128, 1e-6f, end, pad);

    public static string Path(string name) => GoldenFiles.Path("tokenizer", name + ".model");

    public static UnigramModel ModelOf(string name) => SentencePieceModel.Read(name, File.ReadAllBytes(Path(name)));

    /// <summary>The same model as Hugging Face writes it.</summary>
    /// <param name="isOld">Its older way: split at white space, instead of runs of spaces replaced.</param>
    public static byte[] Json(UnigramModel model, bool isOld, Action<JsonObject>? change = null)
    {
        JsonArray collapses = isOld || !model.CollapsesSpaces ? []
            : [new JsonObject { ["type"] = "Strip", ["strip_left"] = false, ["strip_right"] = true }, new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = " {2,}" }, ["content"] = "▁" }];
        JsonObject[] precompiled = model.CharacterMap.Length == 0 ? []
            : [new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = Convert.ToBase64String(model.CharacterMap) }];
        foreach (JsonObject step in precompiled) collapses.Insert(0, step);
        var metaspace = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", [isOld ? "add_prefix_space" : "prepend_scheme"] = isOld ? model.AddsPrefix : model.AddsPrefix ? "always" : "never" };
        var root = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. model.Pieces.Index().Where(piece => piece.Item.Kind is not PieceKind.Normal).Select(piece => (JsonNode)new JsonObject
            {
                ["id"] = piece.Index, ["content"] = piece.Item.Text, ["special"] = piece.Item.Kind != PieceKind.UserDefined,
            })]),
            ["normalizer"] = collapses.Count == 0 ? null : new JsonObject { ["type"] = "Sequence", ["normalizers"] = collapses },
            ["pre_tokenizer"] = !isOld || !model.CollapsesSpaces ? metaspace
                : new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "WhitespaceSplit" }, metaspace) },
            ["model"] = new JsonObject
            {
                ["type"] = "Unigram",
                ["unk_id"] = model.Pieces.FindIndex(piece => piece.Kind == PieceKind.Unknown),
                ["vocab"] = new JsonArray([.. model.Pieces.Select(piece => (JsonNode)new JsonArray(piece.Text, (double)piece.Score))]),
            },
        };
        change?.Invoke(root);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>A small sound model of three special pieces and some letters.</summary>
    public static UnigramModel Letters { get; } = new(
        [
            new([.. "<pad>"u8], 0, PieceKind.Control), new([.. "</s>"u8], 0, PieceKind.Control), new([.. "<unk>"u8], 0, PieceKind.Unknown),
            .. new[] { "▁", "a", "b", "ab" }.Select((text, n) => new Piece(Encoding.UTF8.GetBytes(text), -n - 1, PieceKind.Normal)),
        ],
        [], AddsPrefix: true, CollapsesSpaces: true, EscapesSpaces: true);

    /// <summary>The message that SentencePiece writes.</summary>
    /// <param name="type">1 unigram, 2 byte pairs.</param>
    public static byte[] Message(UnigramModel model, int type = 1, byte[]? extra = null)
    {
        using var message = new MemoryStream();
        foreach (Piece piece in model.Pieces)
        {
            using var inner = new MemoryStream();
            Bytes(inner, 1, piece.Utf8);
            inner.WriteByte((2 << 3) | 5);
            inner.Write(BitConverter.GetBytes(piece.Score));
            Number(inner, 3, (int)piece.Kind + 1);
            Bytes(message, 1, inner.ToArray());
        }

        using var trainer = new MemoryStream();
        Number(trainer, 3, type);
        trainer.Write(extra ?? []);
        Bytes(message, 2, trainer.ToArray());
        using var normalizer = new MemoryStream();
        Bytes(normalizer, 2, model.CharacterMap);
        Number(normalizer, 3, model.AddsPrefix ? 1 : 0);
        Number(normalizer, 4, model.CollapsesSpaces ? 1 : 0);
        Number(normalizer, 5, model.EscapesSpaces ? 1 : 0);
        Bytes(message, 3, normalizer.ToArray());
        return message.ToArray();
    }

    public static void Number(Stream to, int field, int value)
    {
        Varint(to, (ulong)field << 3);
        Varint(to, (ulong)value);
    }

    static void Bytes(Stream to, int field, byte[] value)
    {
        Varint(to, ((ulong)field << 3) | 2);
        Varint(to, (ulong)value.Length);
        to.Write(value);
    }

    static void Varint(Stream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }
}

/// <summary>One text and what SentencePiece made of it, model by model.</summary>
sealed record RecordedText(string Text, int[] Spiece, int[] Tiny, int[] Raw)
{
    public static IReadOnlyList<RecordedText> All { get; } =
        [.. File.ReadLines(GoldenFiles.Path("tokenizer", "texts.jsonl")).Select(line => JsonSerializer.Deserialize<RecordedText>(line, JsonSerializerOptions.Web)!)];

    public int[] Ids(string model) => model switch { "spiece" => Spiece, "tiny" => Tiny, _ => Raw };
}
