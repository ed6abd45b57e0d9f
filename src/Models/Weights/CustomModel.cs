using System.Text.Json;

namespace DgxMusic.Models.Weights;

/// <summary>Weights that somebody registered here under a name of their own, as <c>custom.json</c> in the model's folder has them.</summary>
/// <param name="File">Name of the weight file beside it.</param>
/// <param name="Sha256">Of the file when it was registered, 64 lower-case hex digits: no other file is loaded.</param>
/// <param name="Sources">What it takes a track apart into, as the file says.</param>
public sealed record CustomModel(string Name, string File, long Bytes, string Sha256, IReadOnlyList<string> Sources, int SampleRateHz, double SegmentSeconds)
{
    internal const string RecordName = "custom.json";

    /// <summary>Null if the folder is none of a whole custom model.</summary>
    /// <param name="shelf">Where the weights may be if they are not in the folder.</param>
    internal static CustomModel? Read(string folder, IModelShelf? shelf)
    {
        try
        {
            CustomModel? model = JsonSerializer.Deserialize<CustomModel>(System.IO.File.ReadAllBytes(Path.Combine(folder, RecordName)), JsonSerializerOptions.Web);
            bool isWhole = model is { Name: { } name, File: { Length: > 0 } file, Sha256: not null, Sources.Count: > 0 } && name == Path.GetFileName(folder) && file == Path.GetFileName(file)
                && BytesOf(folder, file, shelf) == model.Bytes;
            return isWhole ? model : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    static long? BytesOf(string folder, string file, IModelShelf? shelf) =>
        new FileInfo(Path.Combine(folder, file)) is { Exists: true } there ? there.Length : shelf?.BytesOf(Path.GetFileName(folder), file);

    internal void Write(string folder)
    {
        using FileStream stream = new(Path.Combine(folder, RecordName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        JsonSerializer.Serialize(stream, this, JsonSerializerOptions.Web);
        stream.Flush(flushToDisk: true);
    }
}
