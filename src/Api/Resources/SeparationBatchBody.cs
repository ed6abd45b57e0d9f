using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Api.Resources;

/// <summary>The bodies of a batch of separations: a form with several files, or <c>{"items": [...]}</c>, each as a separation's own.</summary>
static class SeparationBatchBody
{
    public static JsonNode Form { get; } = WriteForm();

    public static JsonNode Stored { get; } = WriteStored();

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/>: not 1 to 50 items and nothing else.</exception>
    public static JsonElement[] Read(JsonElement body)
    {
        var faults = new Dictionary<string, string>();
        foreach (JsonProperty field in body.EnumerateObject().Where(field => field.Name != "items"))
        {
            string name = field.Name.Length <= 40 ? field.Name : field.Name[..40] + "…";
            faults[name] = $"There is no field '{name}'.";
        }

        JsonElement[] items = body.TryGetProperty("items", out JsonElement listed) && listed.ValueKind == JsonValueKind.Array ? [.. listed.EnumerateArray()] : [];
        if (items.Length is 0 or > SeparationBatches.MostItems) faults["items"] = $"'items' is an array of 1 to {SeparationBatches.MostItems} files{(items.Length == 0 ? "" : $"; these are {items.Length}")}.";
        return faults.Count == 0 ? items : throw new PipelineException(Problem.InvalidRequest, string.Join(" ", faults.Values), faults);
    }

    static JsonNode WriteForm()
    {
        JsonNode form = SeparationBody.Form.DeepClone();
        JsonObject fields = form["properties"]!.AsObject();
        fields["file"] = new JsonObject { ["type"] = "array", ["items"] = fields["file"]!.DeepClone(), ["minItems"] = 1, ["maxItems"] = SeparationBatches.MostItems, ["description"] = "The files; one that is none of ours is reported, the others run." };
        fields.Remove("title");
        return form;
    }

    static JsonObject WriteStored()
    {
        JsonNode item = SeparationBody.Stored.DeepClone();
        var fields = new JsonObject
        {
            ["items"] = new JsonObject { ["type"] = "array", ["items"] = item, ["minItems"] = 1, ["maxItems"] = SeparationBatches.MostItems, ["description"] = "What to take apart; one that cannot be is reported, the others run." },
        };
        foreach ((string name, JsonNode? field) in TermsBody.Schema())
        {
            item["properties"]!.AsObject().Remove(name);
            fields[name] = field;
        }

        return new() { ["type"] = "object", ["required"] = new JsonArray("items"), ["additionalProperties"] = false, ["properties"] = fields };
    }
}
