using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Live;

namespace DgxMusic.Api.Resources;

/// <summary>The body that opens a live session.</summary>
static class LiveSessionBody
{
    const int LowestRateHz = 8_000, HighestRateHz = 192_000;

    static readonly Dictionary<string, PcmFormat> formats = new() { ["f32le"] = PcmFormat.Float32, ["s16le"] = PcmFormat.Int16 };

    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/></exception>
    public static LiveOrder Read(JsonFields fields)
    {
        int? rateHz = fields.Whole("sample_rate"), channels = fields.Whole("channels");
        string? model = fields.Text("model"), format = fields.Text("format");
        IReadOnlyList<string>? stems = fields.Names("stems");
        fields.RefuseUnknown();
        if (rateHz is not (>= LowestRateHz and <= HighestRateHz)) fields.Faults.TryAdd("sample_rate", $"'sample_rate' is a whole number from {LowestRateHz} to {HighestRateHz}, in Hz; htdemucs models take 44100.");
        if (channels is not (null or 1 or 2)) fields.Faults.TryAdd("channels", "'channels' is 1 or 2.");
        if (format is not null && !formats.ContainsKey(format)) fields.Faults.TryAdd("format", $"'format' is not one of {string.Join(", ", formats.Keys)}.");
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
        return new(model, rateHz!.Value, channels ?? 2, stems ?? [SeparationRequest.All], formats.GetValueOrDefault(format ?? "f32le"));
    }

    public static JsonNode Schema { get; } = new JsonObject
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray("sample_rate"),
        ["properties"] = new JsonObject
        {
            ["model"] = ExportFields.Field("string", "Exact name; the best installed unless given."),
            ["sample_rate"] = ExportFields.Field("integer", "Of the audio, both ways, Hz. htdemucs models take 44100, spectral any.", ("minimum", LowestRateHz), ("maximum", HighestRateHz)),
            ["channels"] = ExportFields.Field("integer", "Of the audio, both ways.", ("minimum", 1), ("maximum", 2), ("default", 2)),
            ["stems"] = ExportFields.Field(["array", "string"], "What is to be pulled: sources of the model, instrumental (all but the vocals), or all; an array, or one text with commas. all unless given.", ("items", new JsonObject { ["type"] = "string" })),
            ["format"] = ExportFields.Field("string", "Of the samples, both ways: little-endian, the channels of a frame side by side.", ("enum", ExportFields.Names(formats.Keys)), ("default", "f32le")),
        },
    };
}
