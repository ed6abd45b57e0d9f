using System.Text.Json;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Audio.Encoders;
using DgxMusic.Audio.Stems;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Api.Resources;

/// <summary>The fields of a separation, in a form or in a JSON body.</summary>
public static class SeparationBody
{
    /// <summary>Fields that are texts, also where they look like numbers.</summary>
    public static readonly IReadOnlyList<string> Texts =
        ["title", "artist", "notes", "model", "device", "stems", "output_format", "bit_depth", "post_process", "blob", "upload_id", "webhook_url", "priority"];

    static readonly Dictionary<string, DeviceChoice> devices = new() { ["auto"] = DeviceChoice.Auto, ["cpu"] = DeviceChoice.Cpu, ["gpu"] = DeviceChoice.Gpu };

    /// <summary>Takes the fields; what is wrong is added to their faults.</summary>
    public static SeparationRequest Read(JsonFields fields)
    {
        var usual = new SeparationRequest();
        string? device = fields.Text("device");
        if (device is not null && !devices.ContainsKey(device)) fields.Faults["device"] = $"'device' is not one of {string.Join(", ", devices.Keys)}.";
        return usual with
        {
            Model = fields.Text("model"),
            Device = devices.GetValueOrDefault(device ?? ""),
            Stems = fields.Names("stems") ?? usual.Stems,
            WithResidual = fields.Flag("residual") ?? usual.WithResidual,
            OutputFormat = fields.Text("output_format"),
            BitDepth = fields.Text("bit_depth"),
            Bitrate = fields.Whole("bitrate"),
            KeepSampleRate = fields.Flag("keep_sample_rate") ?? usual.KeepSampleRate,
            Shifts = fields.Whole("shifts") ?? usual.Shifts,
            Overlap = fields.Number("overlap") ?? usual.Overlap,
            PostProcess = PostProcessBody.Read(fields),
            References = ReferencesOf(fields),
            Title = fields.Text("title"),
            Artist = fields.Text("artist"),
            Notes = fields.Text("notes"),
        };
    }

    /// <summary>Reads a body that names no file; what only the model can tell is not looked at.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidRequest"/> with one detail a field, unknown ones too.</exception>
    public static SeparationRequest Parse(JsonElement body)
    {
        var fields = new JsonFields(body);
        SeparationRequest request = Read(fields);
        fields.RefuseUnknown();
        foreach ((string field, string fault) in SeparationRules.FaultsOf(request)) fields.Faults.TryAdd(field, fault);
        return fields.Faults.Count == 0 ? request : throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
    }

    static Dictionary<string, string> ReferencesOf(JsonFields fields)
    {
        if (fields.Object("references") is not { } references) return [];
        if (references.EnumerateObject().All(one => one.Value.ValueKind == JsonValueKind.String)) return references.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!);
        fields.Faults["references"] = "'references' has names of tracks and, for each, an upload or a path of the store.";
        return [];
    }

    public static JsonNode Form { get; } = Schema(
        "file", KeyValuePair.Create<string, JsonNode?>("file", new JsonObject { ["type"] = "string", ["format"] = "binary", ["description"] = "The audio; any format we read, up to 100 MiB." }));

    public static JsonNode Stored { get; } = Schema(
        null,
        new("blob", ExportFields.Field("string", "A path of the store, such as uploads/2026/11/20/upl_ab12cd34/original.flac; or give upload_id.")),
        new("upload_id", ExportFields.Field("string", "An upload, such as upl_ab12cd34.")),
        new("references", ExportFields.Field(
            "object", "What tracks should be, by name, where you know: an upload or a path of the store. The result then says how near they come (SDR).", ("additionalProperties", new JsonObject { ["type"] = "string" }))));

    static JsonObject Schema(string? required, params KeyValuePair<string, JsonNode?>[] own)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = new JsonObject(own.Concat(Fields()).Concat(TermsBody.Schema())) };
        if (required is not null) schema["required"] = new JsonArray(required);
        return schema;
    }

    static IEnumerable<KeyValuePair<string, JsonNode?>> Fields() =>
    [
        new("model", ExportFields.Field("string", "Exact name; the best installed unless given.")),
        new("device", ExportFields.Field("string", "Where it runs.", ("enum", ExportFields.Names(devices.Keys)), ("default", "auto"))),
        new("stems", ExportFields.Field(["array", "string"], "Sources of the model, instrumental (all but the vocals), or all; an array, or one text with commas. vocals,instrumental unless given.", ("items", new JsonObject { ["type"] = "string" }))),
        new("residual", ExportFields.Field("boolean", "One more track, what the sources leave of the mix: with it all of them add up to the mix.", ("default", false))),
        new("output_format", ExportFields.Field("string", "Kind of file; as the source, where that is WAV or MP3, else WAV unless given.", ("enum", ExportFields.Names(StemFormat.Formats)))),
        new("bit_depth", ExportFields.Field("string", "Sample format; PCM_16 unless given. FLOAT is never rescaled.", ("enum", ExportFields.Names(StemFormat.Depths)))),
        new("bitrate", ExportFields.Field("integer", "Of MP3, kbit/s; 320 unless given.", ("enum", new JsonArray([.. EncoderOptions.Mp3Rates.Select(rate => JsonValue.Create(rate))])))),
        new("keep_sample_rate", ExportFields.Field("boolean", "The tracks get the source's rate and not the model's.", ("default", false))),
        new("shifts", ExportFields.Field("integer", "Passes at other places of the window grid, averaged: better, and slower by that factor.", ("minimum", 0), ("maximum", SeparationRequest.MostShifts), ("default", 0))),
        new("overlap", ExportFields.Field("number", "Part of a window that the next one hears too.", ("minimum", 0), ("maximum", SeparationRequest.MostOverlap), ("default", 0.25))),
        PostProcessBody.Schema(),
        new("title", ExportFields.Field("string", "Of the music; as the file says unless given.", ("maxLength", 500))),
        new("artist", ExportFields.Field("string", "Of the music; as the file says unless given.", ("maxLength", 500))),
        new("notes", ExportFields.Field("string", "A remark of yours, kept with the song.", ("maxLength", 4000))),
    ];
}
