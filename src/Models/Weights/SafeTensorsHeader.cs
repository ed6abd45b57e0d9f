using System.Text.Json;

namespace DgxMusic.Models.Weights;

/// <summary>The JSON at the front of a safetensors file: an object of tensors by name, and text about the file under <c>__metadata__</c>.</summary>
ref struct SafeTensorsHeader
{
    const int MostNameBytes = 4096, MostNumbers = 32;
    readonly string path;
    Utf8JsonReader json;

    SafeTensorsHeader(string path, ReadOnlySpan<byte> header)
    {
        this.path = path;
        json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = 8 });
    }

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/>.</exception>
    public static List<HeaderEntry> Parse(string path, ReadOnlySpan<byte> header, int mostTensors)
    {
        try
        {
            return new SafeTensorsHeader(path, header).ParseAll(mostTensors);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw WeightFault.Unreadable(path, "its header is not the JSON of a safetensors file");
        }
    }

    List<HeaderEntry> ParseAll(int mostTensors)
    {
        var entries = new List<HeaderEntry>();
        var names = new HashSet<string>();
        Expect(JsonTokenType.StartObject);
        while (Next() != JsonTokenType.EndObject)
        {
            if (json.ValueSpan.Length > MostNameBytes) throw WeightFault.Unreadable(path, $"it has a name of {json.ValueSpan.Length} bytes");
            string name = json.GetString()!;
            if (!names.Add(name)) throw WeightFault.Unreadable(path, $"its header names '{name}' twice");
            if (entries.Count == mostTensors) throw WeightFault.Unreadable(path, $"it has more than {mostTensors} tensors");
            if (name == "__metadata__") SkipValue();
            else entries.Add(ParseTensor(name));
        }

        // Only spaces may follow; anything else makes the reader throw.
        while (json.Read()) { }
        return entries;
    }

    HeaderEntry ParseTensor(string name)
    {
        ElementType? type = null;
        List<long>? sizes = null, offsets = null;
        Expect(JsonTokenType.StartObject);
        while (Next() != JsonTokenType.EndObject)
        {
            string field = json.GetString()!;
            bool repeated = field switch { "dtype" => type is not null, "shape" => sizes is not null, "data_offsets" => offsets is not null, _ => false };
            if (repeated) throw WeightFault.Unreadable(path, $"tensor '{name}' has '{field}' twice");
            if (field == "dtype") type = ParseType(name);
            else if (field == "shape") sizes = ParseNumbers();
            else if (field == "data_offsets") offsets = ParseNumbers();
            else SkipValue();
        }

        if (type is null || sizes is null || offsets is null) throw WeightFault.Unreadable(path, $"tensor '{name}' lacks its dtype, shape or data_offsets");
        int[] shape = Shapes.Check(sizes) ?? throw WeightFault.Unreadable(path, $"tensor '{name}' has the impossible shape [{string.Join(", ", sizes.Take(16))}]");
        if (offsets.Count != 2 || offsets[0] < 0 || offsets[1] < offsets[0])
            throw WeightFault.Unreadable(path, $"tensor '{name}' has the impossible data_offsets [{string.Join(", ", offsets.Take(16))}]");
        return new HeaderEntry(name, type.Value, shape, offsets[0], offsets[1]);
    }

    ElementType ParseType(string name)
    {
        Expect(JsonTokenType.String);
        string text = json.GetString()!;
        return ElementTypes.FromSafeTensors(text) ?? throw WeightFault.Unreadable(path, $"tensor '{name}' is of the unknown type '{text}'");
    }

    List<long> ParseNumbers()
    {
        var numbers = new List<long>();
        Expect(JsonTokenType.StartArray);
        while (Next() != JsonTokenType.EndArray)
        {
            if (numbers.Count == MostNumbers) throw new JsonException();
            numbers.Add(json.GetInt64());
        }

        return numbers;
    }

    void SkipValue()
    {
        Next();
        json.Skip();
    }

    void Expect(JsonTokenType type)
    {
        if (Next() != type) throw new JsonException();
    }

    JsonTokenType Next() => json.Read() ? json.TokenType : throw new JsonException();
}
