using System.Text.Json.Nodes;
using DgxMusic.Contracts;

namespace DgxMusic.Api.Resources;

/// <summary>The JSON schemas of these forms and bodies.</summary>
static class UploadSchemas
{
    public static JsonNode Export { get; } = Form(
        new("file", Binary("The audio; any format we read.")), new("job_id", ExportFields.Field("string", "Name of the file instead of the job's id.")),
        new("date", ExportFields.Field("string", "Its folder's day, such as 2026-11-20; today unless given.")));

    public static JsonNode ExportMany { get; } = Form(
        new("file", new JsonObject { ["type"] = "array", ["items"] = Binary("The audio."), ["description"] = "The files, in the order they are worked on." }),
        new("name", new JsonObject { ["type"] = "array", ["items"] = ExportFields.Field("string", "Its name."), ["description"] = "A name for each file, in the same order." }),
        new("on_error", ExportFields.Field("string", "What becomes of the rest after a file that failed.", ("enum", ExportFields.Names(["stop", "continue"])), ("default", "stop"))));

    public static JsonNode File { get; } = new JsonObject { ["type"] = "object", ["required"] = new JsonArray("file"), ["properties"] = new JsonObject { ["file"] = Binary("The audio; any format we read.") } };

    public static JsonNode Path { get; } = new JsonObject
    {
        ["type"] = "object", ["required"] = new JsonArray("path"), ["additionalProperties"] = false,
        ["properties"] = new JsonObject { ["path"] = ExportFields.Field("string", "A path of the store, such as outputs/2026/11/20/gen_ab12cd34.wav.") },
    };

    static JsonObject Form(params KeyValuePair<string, JsonNode?>[] own)
    {
        var properties = new JsonObject(own);
        foreach ((string name, JsonNode? field) in ExportFields.Schema()) properties[name] = field;
        properties["format"] = ExportFields.Field("string", "Kind of file.", ("enum", ExportFields.Names(FileFormats.ByName.Keys)), ("default", "wav"));
        properties["tags"] = ExportFields.Field("string", "Title, artist, cover and the rest of the source.", ("enum", ExportFields.Names(ExportTerms.TagChoices)), ("default", "keep"));
        properties["overwrite"] = ExportFields.Field("boolean", "Replace a file of the same name.", ("default", false));
        return new() { ["type"] = "object", ["required"] = new JsonArray("file"), ["additionalProperties"] = false, ["properties"] = properties };
    }

    static JsonObject Binary(string description) => new() { ["type"] = "string", ["format"] = "binary", ["description"] = description };
}
