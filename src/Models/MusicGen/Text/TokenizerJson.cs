using System.Text;
using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen.Text;

/// <summary>Reads <c>tokenizer.json</c>: the same model as Hugging Face writes it, as a chain of steps of which only those are known that SentencePiece has too.</summary>
sealed class TokenizerJson(string path)
{
    const string Escaped = "▁";

    public static bool IsOne(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        return bytes.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
    }

    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/> or <see cref="Problem.WeightsMismatch"/>.</exception>
    public static UnigramModel Read(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 32 });
            using JsonDocument json = JsonDocument.ParseValue(ref reader);
            return new TokenizerJson(path).Model(json.RootElement);
        }
        // A text with half of a surrogate pair is JSON and no text.
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw WeightFault.Unreadable(path, "it is not the JSON of a tokenizer");
        }
    }

    UnigramModel Model(JsonElement root)
    {
        JsonElement model = Find(root, "model") ?? throw Broken("model");
        if (TextOf(model, "type") is var type && type != "Unigram") throw WeightFault.Mismatch(path, $"its model is of the type '{type}', not Unigram");
        if (Find(model, "byte_fallback") is { ValueKind: JsonValueKind.True }) throw WeightFault.Mismatch(path, "it writes unknown characters as bytes");
        List<Piece> pieces = [.. List(model, "vocab").Select(Piece)];
        if (Find(model, "unk_id") is { } unknown)
        {
            if (!unknown.TryGetInt32(out int id) || (uint)id >= (uint)pieces.Count) throw WeightFault.Unreadable(path, $"its unk_id {unknown} is none of {pieces.Count} pieces");
            pieces[id] = pieces[id] with { Kind = PieceKind.Unknown };
        }

        foreach (JsonElement token in Find(root, "added_tokens") is null ? [] : List(root, "added_tokens")) Add(token, pieces);
        var tokenizer = new UnigramModel(pieces, [], AddsPrefix: false, CollapsesSpaces: false, EscapesSpaces: true);
        foreach (JsonElement step in Steps(root, "normalizer", "normalizers")) tokenizer = Normalised(step, tokenizer);
        bool isEscaped = false;
        foreach (JsonElement step in Steps(root, "pre_tokenizer", "pretokenizers")) tokenizer = Split(step, tokenizer, ref isEscaped);
        return isEscaped ? tokenizer : throw WeightFault.Mismatch(path, "it does not write spaces as ▁");
    }

    Piece Piece(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2 && entry[0].ValueKind == JsonValueKind.String && entry[1].ValueKind == JsonValueKind.Number && entry[1].TryGetDouble(out double score)
            ? new(Encoding.UTF8.GetBytes(entry[0].GetString()!), (float)score, PieceKind.Normal)
            : throw Broken("vocab");

    /// <summary>Tokens that stand beside the model or change what one of its pieces is.</summary>
    void Add(JsonElement token, List<Piece> pieces)
    {
        if (Find(token, "id") is not { ValueKind: JsonValueKind.Number } number || !number.TryGetInt32(out int id) || TextOf(token, "content") is not { } text) throw Broken("added_tokens");
        var added = new Piece(Encoding.UTF8.GetBytes(text), 0, Find(token, "special") is { ValueKind: JsonValueKind.True } ? PieceKind.Control : PieceKind.UserDefined);
        if (id == pieces.Count) pieces.Add(added);
        else if ((uint)id >= (uint)pieces.Count || pieces[id].Text != text) throw WeightFault.Unreadable(path, $"its added token '{text}' has the id {id} of another or of none");
        else if (pieces[id].Kind == PieceKind.Normal) pieces[id] = added;
    }

    UnigramModel Normalised(JsonElement step, UnigramModel tokenizer) => TextOf(step, "type") switch
    {
        "Precompiled" when tokenizer.CharacterMap.Length == 0 => tokenizer with { CharacterMap = CharacterMap(step) },
        "Replace" when IsCollapse(step) => tokenizer with { CollapsesSpaces = true },
        // Spaces at the end: gone with the runs of them.
        "Strip" => tokenizer,
        var other => throw WeightFault.Mismatch(path, $"it changes texts in a way that SentencePiece does not know ('{other}')"),
    };

    UnigramModel Split(JsonElement step, UnigramModel tokenizer, ref bool isEscaped)
    {
        switch (TextOf(step, "type"))
        {
            case "WhitespaceSplit":
                return tokenizer with { CollapsesSpaces = true };
            case "Metaspace" when TextOf(step, "replacement") == Escaped:
                isEscaped = true;
                bool adds = TextOf(step, "prepend_scheme") is { } scheme ? scheme != "never" : Find(step, "add_prefix_space") is not { ValueKind: JsonValueKind.False };
                return tokenizer with { AddsPrefix = adds };
            case var other:
                throw WeightFault.Mismatch(path, $"it splits texts in a way that SentencePiece does not know ('{other}')");
        }
    }

    byte[] CharacterMap(JsonElement step) => Find(step, "precompiled_charsmap") is { ValueKind: JsonValueKind.Null } or null ? []
        : Find(step, "precompiled_charsmap") is { ValueKind: JsonValueKind.String } map && map.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : throw Broken("precompiled_charsmap");

    static bool IsCollapse(JsonElement step) =>
        Find(step, "pattern") is { } pattern && TextOf(pattern, "Regex") is " {2,}" && TextOf(step, "content") is Escaped or " ";

    /// <summary>A step, or a sequence of steps; none where nothing stands.</summary>
    IEnumerable<JsonElement> Steps(JsonElement root, string name, string inner) =>
        Find(root, name) is not { ValueKind: JsonValueKind.Object } step ? [] : TextOf(step, "type") == "Sequence" ? List(step, inner) : [step];

    IEnumerable<JsonElement> List(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : throw Broken(name);

    /// <summary>Null where nothing or null stands.</summary>
    static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    static string? TextOf(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    PipelineException Broken(string name) => WeightFault.Unreadable(path, $"its '{name}' is not that of a tokenizer");
}
