using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;

namespace DgxMusic.Api.Resources;

/// <summary>The field <c>post_process</c>: names of steps, which then work as usual, or an object with a field for each step.</summary>
static class PostProcessBody
{
    const string Field = "post_process", Bleed = "de_bleed", Noise = "denoise", Gate = "gate", Loudness = "target_lufs";

    static readonly string[] steps = [Bleed, Noise, Gate];
    static readonly DeBleed usualBleed = new();
    static readonly Denoise usualNoise = new();
    static readonly NoiseGate usualGate = new();

    /// <summary>Takes the field; what is wrong is added to the faults.</summary>
    /// <returns>Null: it is not there.</returns>
    public static PostProcess? Read(JsonFields fields)
    {
        if (fields.Any(Field) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Object ? OfObject(value, fields.Faults) : OfNames(fields);
    }

    static PostProcess? OfNames(JsonFields fields)
    {
        IReadOnlyList<string> names = fields.Names(Field) ?? [];
        string? unknown = names.FirstOrDefault(name => !steps.Contains(name));
        if (unknown is not null) fields.Faults[Field] = $"'{(unknown.Length <= 40 ? unknown : unknown[..40] + "…")}' is not one of {string.Join(", ", steps)}; '{Loudness}' takes an object.";
        return new(names.Contains(Bleed) ? new() : null, names.Contains(Noise) ? new() : null, names.Contains(Gate) ? new() : null);
    }

    static PostProcess OfObject(JsonElement value, Dictionary<string, string> faults)
    {
        var fields = new JsonFields(value);
        var process = new PostProcess(
            Step(fields, Bleed, step => new DeBleed(
                step.Number("margin_db") ?? usualBleed.MarginDb, step.Number("exponent") ?? usualBleed.Exponent, step.Number("depth_db") ?? usualBleed.DepthDb)),
            Step(fields, Noise, step => new Denoise(step.Number("reduction_db") ?? usualNoise.ReductionDb, step.Number("strength") ?? usualNoise.Strength)),
            Step(fields, Gate, step => new NoiseGate(
                step.Number("threshold_dbfs") ?? usualGate.ThresholdDbfs, step.Number("hysteresis_db") ?? usualGate.HysteresisDb, step.Number("attack_ms") ?? usualGate.AttackMs,
                step.Number("hold_ms") ?? usualGate.HoldMs, step.Number("release_ms") ?? usualGate.ReleaseMs, step.Number("range_db") ?? usualGate.RangeDb)),
            fields.Number(Loudness));
        fields.RefuseUnknown();
        foreach ((string field, string fault) in fields.Faults) faults[$"{Field}.{field}"] = fault;
        return process;
    }

    /// <summary>An object, or <c>true</c> for the usual.</summary>
    static T? Step<T>(JsonFields fields, string name, Func<JsonFields, T> read)
        where T : class
    {
        if (fields.Any(name) is not { ValueKind: not JsonValueKind.False } value) return null;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.Object))
        {
            fields.Faults[name] = $"'{name}' is neither true nor an object.";
            return null;
        }

        var step = new JsonFields(value.ValueKind == JsonValueKind.Object ? value : JsonSerializer.SerializeToElement(new { }));
        T made = read(step);
        step.RefuseUnknown();
        foreach ((string field, string fault) in step.Faults) fields.Faults[$"{name}.{field}"] = fault;
        return made;
    }

    public static KeyValuePair<string, JsonNode?> Schema() => new(Field, ExportFields.Field(
        ["object", "array", "string"],
        "A second file of every track, cleaned: names of steps (de_bleed, denoise, gate), or an object with a field for each, true or its settings, and target_lufs. The first file stays as it is.",
        ("items", new JsonObject { ["type"] = "string", ["enum"] = ExportFields.Names(steps) }),
        ("properties", new JsonObject
        {
            [Bleed] = StepSchema("Turns down where the other stems dominate.", ("margin_db", usualBleed.MarginDb), ("exponent", usualBleed.Exponent), ("depth_db", usualBleed.DepthDb)),
            [Noise] = StepSchema("Turns down steady hiss.", ("reduction_db", usualNoise.ReductionDb), ("strength", usualNoise.Strength)),
            [Gate] = StepSchema(
                "Turns down where it is quiet.", ("threshold_dbfs", usualGate.ThresholdDbfs), ("hysteresis_db", usualGate.HysteresisDb), ("attack_ms", usualGate.AttackMs), ("hold_ms", usualGate.HoldMs),
                ("release_ms", usualGate.ReleaseMs), ("range_db", usualGate.RangeDb)),
            [Loudness] = ExportFields.Field("number", "One gain to this loudness, LUFS; less where the true peak would exceed -1 dBTP.", ("minimum", ExportOptions.LowestTargetLufs), ("maximum", ExportOptions.HighestTargetLufs)),
        }),
        ("additionalProperties", false)));

    static JsonObject StepSchema(string description, params ReadOnlySpan<(string Name, double Usual)> settings)
    {
        var properties = new JsonObject();
        foreach ((string name, double usual) in settings) properties[name] = new JsonObject { ["type"] = "number", ["default"] = usual };
        return ExportFields.Field(["object", "boolean"], description, ("properties", properties), ("additionalProperties", false));
    }
}
