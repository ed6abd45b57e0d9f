using System.Text.Json;
using DgxMusic.Contracts;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Http;

/// <summary>Reads bodies ourselves, so that a bad one is 400 with a place, on every host.</summary>
public static class RequestBody
{
    public const int MostBytes = 64 << 10;

    /// <exception cref="PipelineException"><see cref="Problem.BodyTooLarge"/> or <see cref="Problem.MalformedRequest"/>: not a JSON object.</exception>
    /// <exception cref="JsonException">Not JSON.</exception>
    public static async Task<JsonElement> ReadObjectAsync(HttpRequest request, int mostBytes = MostBytes)
    {
        byte[] bytes = new byte[mostBytes + 1];
        int count = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        if (count > mostBytes) throw new PipelineException(Problem.BodyTooLarge, $"The body has more than {mostBytes} bytes, which is the limit.");
        using var document = JsonDocument.Parse(bytes.AsMemory(0, count), new() { AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new PipelineException(Problem.MalformedRequest, "The body is JSON, but not an object.");
        return document.RootElement.Clone();
    }
}

/// <summary>The fields of a JSON object, taken one by one; what is wrong with them is collected, not thrown.</summary>
public sealed class JsonFields(JsonElement body)
{
    readonly HashSet<string> known = [];

    public Dictionary<string, string> Faults { get; } = [];

    public string? Text(string name) => Take(name, "a string", JsonValueKind.String, value => value.GetString());

    public double? Number(string name) => Take<double?>(name, "a number", JsonValueKind.Number, value => value.GetDouble());

    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => Wrong<bool?>(name, "true or false"),
    };

    public int? Whole(string name) => Take(name, "a whole number", JsonValueKind.Number, value => value.TryGetInt32(out int whole) ? whole : Wrong<int?>(name, "a whole number"));

    /// <summary>An object, its fields to be taken one by one.</summary>
    public JsonElement? Object(string name) => Take<JsonElement?>(name, "an object", JsonValueKind.Object, value => value);

    /// <summary>A value of whatever kind.</summary>
    public JsonElement? Any(string name) => Find(name);

    /// <summary>Several names: an array of strings, or one string with commas between them.</summary>
    public IReadOnlyList<string>? Names(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => [.. text.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
        { ValueKind: JsonValueKind.Array } array when array.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => [.. array.EnumerateArray().Select(item => item.GetString()!)],
        _ => Wrong<IReadOnlyList<string>>(name, "an array of names, or one text with commas between them"),
    };

    /// <summary>0 to 2⁶⁴ − 1, as a number or, for clients whose numbers are doubles, as a string of digits.</summary>
    public ulong? Unsigned(string name)
    {
        if (Find(name) is not { } value) return null;
        const string form = "a whole number from 0 to 18446744073709551615";
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetUInt64(out ulong number) => number,
            JsonValueKind.String when ulong.TryParse(value.GetString(), System.Globalization.NumberStyles.None, null, out ulong number) => number,
            _ => Wrong<ulong?>(name, form),
        };
    }

    /// <summary>Adds a fault for every field nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (JsonProperty field in body.EnumerateObject())
        {
            if (!known.Contains(field.Name)) Faults[Shorten(field.Name)] = $"There is no field '{Shorten(field.Name)}'.";
        }
    }

    T? Take<T>(string name, string form, JsonValueKind kind, Func<JsonElement, T?> read) =>
        Find(name) is not { } value ? default : value.ValueKind == kind ? read(value) : Wrong<T>(name, form);

    /// <summary>Null counts as absent.</summary>
    JsonElement? Find(string name)
    {
        known.Add(name);
        return body.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    T? Wrong<T>(string name, string form)
    {
        Faults[name] = $"'{name}' is not {form}.";
        return default;
    }

    static string Shorten(string name) => name.Length <= 40 ? name : name[..40] + "…";
}
