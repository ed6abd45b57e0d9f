using System.Text.Json.Nodes;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Outbound;
using DgxMusic.Pipeline.Uploads;

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

    /// <summary>A file of the store to measure.</summary>
    public static JsonNode Path { get; } = Closed(
        new("path", ExportFields.Field("string", "A path of the store, such as outputs/2026/11/20/gen_ab12cd34.wav; or give upload_id.")), Blob("Another name of path."), UploadId());

    /// <summary>A file of the store to master.</summary>
    public static JsonNode ExportStored { get; } = WithTerms(
        Blob("A path of the store, such as uploads/2026/11/20/upl_ab12cd34/original.flac; or give upload_id."), UploadId(),
        new("job_id", ExportFields.Field("string", "Name of the file instead of the job's id.")),
        new("date", ExportFields.Field("string", "Its folder's day, such as 2026-11-20; today unless given.")));

    /// <summary>A file that will be sent to an address of its own, or that is to be fetched from one.</summary>
    public static JsonNode Announcement { get; } = Closed(
        new("file_name", ExportFields.Field("string", "As its owner calls it.", ("maxLength", 255))),
        new("bytes", ExportFields.Field("integer", "Its length; the file has to have it then.", ("minimum", 1), ("maximum", Intake.MostBytes))),
        new("content_type", ExportFields.Field("string", "For the sender; the content decides.")),
        new("source_url", ExportFields.Field("string", "An http or https address on the public internet that the file is fetched from, instead of being sent.", ("maxLength", PublicAddresses.LongestUrl))));

    static KeyValuePair<string, JsonNode?> Blob(string description) => new("blob", ExportFields.Field("string", description));

    static KeyValuePair<string, JsonNode?> UploadId() => new("upload_id", ExportFields.Field("string", "An upload, such as upl_ab12cd34."));

    static JsonObject Form(params KeyValuePair<string, JsonNode?>[] own)
    {
        JsonObject form = WithTerms(own);
        form["required"] = new JsonArray("file");
        return form;
    }

    static JsonObject WithTerms(params KeyValuePair<string, JsonNode?>[] own)
    {
        JsonObject schema = Closed(own);
        JsonObject properties = schema["properties"]!.AsObject();
        foreach ((string name, JsonNode? field) in ExportFields.Schema()) properties[name] = field;
        properties["format"] = ExportFields.Field("string", "Kind of file.", ("enum", ExportFields.Names(FileFormats.ByName.Keys)), ("default", "wav"));
        properties["tags"] = ExportFields.Field("string", "Title, artist, cover and the rest of the source.", ("enum", ExportFields.Names(ExportTerms.TagChoices)), ("default", "keep"));
        properties["overwrite"] = ExportFields.Field("boolean", "Replace a file of the same name.", ("default", false));
        return schema;
    }

    static JsonObject Closed(params KeyValuePair<string, JsonNode?>[] own) => new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = new JsonObject(own) };

    static JsonObject Binary(string description) => new() { ["type"] = "string", ["format"] = "binary", ["description"] = description };
}
