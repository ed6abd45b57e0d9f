using System.Text.Json;
using System.Text.Json.Nodes;

namespace DgxMusic.Api.Tests;

/// <summary>
/// What of JSON Schema our document uses, read strictly: an object with listed properties has exactly those, none more and none less.
/// </summary>
static class SchemaCheck
{
    static readonly HashSet<string> known =
    [
        "type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "description", "default", "format", "minimum", "maximum", "minLength",
        "maxLength", "minItems", "maxItems", "pattern", "const",
    ];

    /// <returns>What is wrong, one sentence each; empty if nothing is.</returns>
    public static IReadOnlyList<string> Faults(JsonElement value, JsonNode schema, JsonNode document)
    {
        List<string> faults = [];
        Check(value, schema, document, "$", faults);
        return faults;
    }

    /// <summary>The node that <c>#/a/b</c> names; null where there is none.</summary>
    public static JsonNode? Resolve(string pointer, JsonNode document)
    {
        JsonNode? node = document;
        foreach (string part in pointer.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries)) node = node is JsonObject parent ? parent[part.Replace("~1", "/", StringComparison.Ordinal)] : null;
        return node;
    }

    static void Check(JsonElement value, JsonNode? schema, JsonNode document, string place, List<string> faults)
    {
        if (schema is null || schema.GetValueKind() == JsonValueKind.True) return;
        if (schema is not JsonObject rules)
        {
            faults.Add($"{place}: the schema allows nothing.");
            return;
        }

        foreach ((string keyword, JsonNode? _) in rules.Where(rule => !known.Contains(rule.Key))) faults.Add($"{place}: the schema says '{keyword}', which is not checked.");
        if (rules["$ref"] is { } reference)
        {
            if (Resolve(reference.GetValue<string>(), document) is { } target) Check(value, target, document, place, faults);
            else faults.Add($"{place}: {reference} leads nowhere.");
            return;
        }

        if (rules["anyOf"] is JsonArray choices && !choices.Any(choice => Faults(value, choice!, document).Count == 0)) faults.Add($"{place}: {value.GetRawText()} is none of the choices.");
        if (rules["type"] is { } type && !Types(type).Any(name => Is(value, name))) faults.Add($"{place}: {Shown(value)} is no {type.ToJsonString()}.");
        if (rules["enum"] is JsonArray allowed && !allowed.Any(choice => JsonElement.DeepEquals(JsonSerializer.SerializeToElement(choice), value))) faults.Add($"{place}: {Shown(value)} is not one of {allowed.ToJsonString()}.");
        if (value.ValueKind == JsonValueKind.Object) CheckObject(value, rules, document, place, faults);
        if (value.ValueKind == JsonValueKind.Array && rules["items"] is { } items)
        {
            int index = 0;
            foreach (JsonElement item in value.EnumerateArray()) Check(item, items, document, $"{place}[{index++}]", faults);
        }
    }

    static void CheckObject(JsonElement value, JsonObject rules, JsonNode document, string place, List<string> faults)
    {
        var properties = rules["properties"] as JsonObject;
        JsonNode? others = rules["additionalProperties"];
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (properties is not null && properties.ContainsKey(property.Name)) Check(property.Value, properties[property.Name], document, $"{place}.{property.Name}", faults);
            else if (others is JsonObject) Check(property.Value, others, document, $"{place}.{property.Name}", faults);
            else if (properties is not null) faults.Add($"{place}.{property.Name} is not documented.");
        }

        foreach (string missing in (properties ?? []).Select(property => property.Key).Where(name => !value.TryGetProperty(name, out _))) faults.Add($"{place}.{missing} is documented and missing.");
    }

    static IEnumerable<string> Types(JsonNode type) => type is JsonArray several ? several.Select(name => name!.GetValue<string>()) : [type.GetValue<string>()];

    static bool Is(JsonElement value, string type) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "string" => value.ValueKind == JsonValueKind.String,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && decimal.TryParse(value.GetRawText(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out decimal number) && number == decimal.Truncate(number),
        _ => false,
    };

    static string Shown(JsonElement value) => value.GetRawText() is { Length: <= 60 } text ? text : value.GetRawText()[..60] + "…";
}
