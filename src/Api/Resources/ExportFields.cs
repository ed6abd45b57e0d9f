using System.Globalization;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;

namespace DgxMusic.Api.Resources;

/// <summary>The fields that say how a track is mastered, alike wherever a body has them.</summary>
static class ExportFields
{
    /// <summary>Fields that are texts, also where they look like numbers.</summary>
    public static readonly IReadOnlyList<string> Texts = ["mode", "bit_depth", "preset", "resampling"];

    /// <summary>Takes the fields; what is wrong is added to their faults.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.UnsupportedBitDepth"/>.</exception>
    public static ExportOptions Read(JsonFields fields, ExportOptions defaults)
    {
        string? depth = fields.Text("bit_depth");
        double? target = Target(fields);
        return defaults with
        {
            Normalize = fields.Flag("normalize") ?? (defaults.Normalize || target is not null),
            TargetLufs = target ?? defaults.TargetLufs,
            SampleRateHz = fields.Whole("sample_rate") ?? defaults.SampleRateHz,
            Resampling = Choice(fields, "resampling", ResamplingQualities.ByName) ?? defaults.Resampling,
            Mode = Choice(fields, "mode", LoudnessModes.ByName) ?? defaults.Mode,
            BitDepth = depth is null ? defaults.BitDepth : BitDepths.Parse(depth),
        };
    }

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Schema() =>
    [
        new("normalize", Field("boolean", "Bring the track to the loudness asked for.", ("default", true))),
        new("target_lufs", Field("number", "Integrated loudness, LUFS.", ("minimum", ExportOptions.LowestTargetLufs), ("maximum", ExportOptions.HighestTargetLufs), ("default", ExportOptions.DefaultTargetLufs))),
        new("preset", Field("string", $"Instead of target_lufs: {string.Join(", ", LoudnessPresets.ByName.Select(preset => string.Create(CultureInfo.InvariantCulture, $"{preset.Key} is {preset.Value} LUFS")))}.", ("enum", Names(LoudnessPresets.ByName.Keys)))),
        new("mode", Field("string", "What gives way where the loudness would clip.", ("enum", Names(LoudnessModes.ByName.Keys)), ("default", "peak"))),
        new("bit_depth", Field("string", "Sample format of the file.", ("enum", Names(BitDepths.ByName.Keys)), ("default", "PCM_16"))),
        new("sample_rate", Field("integer", "Hz; the source's unless given.", ("minimum", ExportOptions.LowestSampleRateHz), ("maximum", ExportOptions.HighestSampleRateHz))),
        new("resampling", Field("string", "How clean a change of the rate is.", ("enum", Names(ResamplingQualities.ByName.Keys)), ("default", "hq"))),
    ];

    public static JsonArray Names(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];

    public static JsonObject Field(string type, string description, params ReadOnlySpan<(string Name, JsonNode Value)> rules) => Field([type], description, rules);

    public static JsonObject Field(string[] types, string description, params ReadOnlySpan<(string Name, JsonNode Value)> rules)
    {
        var field = new JsonObject { ["type"] = types.Length == 1 ? types[0] : Names(types), ["description"] = description };
        foreach ((string name, JsonNode value) in rules) field[name] = value;
        return field;
    }

    static double? Target(JsonFields fields)
    {
        double? number = fields.Number("target_lufs");
        if (fields.Text("preset") is not { } preset) return number;
        if (number is not null) fields.Faults["preset"] = "'preset' and 'target_lufs' say the same thing; give one.";
        if (LoudnessPresets.ByName.TryGetValue(preset, out double target)) return target;
        fields.Faults["preset"] = $"'preset' is not one of {string.Join(", ", LoudnessPresets.ByName.Keys)}.";
        return null;
    }

    static T? Choice<T>(JsonFields fields, string name, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        if (fields.Text(name) is not { } asked) return null;
        if (choices.TryGetValue(asked, out T choice)) return choice;
        fields.Faults[name] = $"'{name}' is not one of {string.Join(", ", choices.Keys)}.";
        return null;
    }
}
