using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DgxMusic.Audio.Tagging;

/// <summary>
/// Tags in a JSON file beside a track (<c>vocals.m4a</c>, <c>vocals.json</c>), for containers that cannot hold a part of them. It has all of the tags, so that who
/// reads it needs nothing else, and the cover within, in Base64, so that there is one file to lose. Same tags, same bytes.
/// </summary>
public static class TagSidecar
{
    public const string Extension = ".json";

    static readonly JsonSerializerOptions format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,   // a file of its own, never part of a page
        WriteIndented = true,
        NewLine = "\n",
    };

    sealed record Cover(string MimeType, int Width, int Height, ReadOnlyMemory<byte> Base64);

    sealed record Content(
        string? Title, string? Artist, string? Album, int? Year, string? Track, string? Genre, string? Comment, Cover? Cover);

    public static byte[] Write(Tags tags)
    {
        Cover? cover = tags.Cover is { } picture ? new(picture.MimeType, picture.Width, picture.Height, picture.Content) : null;
        return JsonSerializer.SerializeToUtf8Bytes(
            new Content(tags.Title, tags.Artist, tags.Album, tags.Year, tags.Track, tags.Genre, tags.Comment, cover), format);
    }

    /// <exception cref="JsonException">This is no sidecar.</exception>
    public static Tags Read(ReadOnlySpan<byte> json)
    {
        Content content = JsonSerializer.Deserialize<Content>(json, format) ?? throw new JsonException("This is no object.");
        return new()
        {
            Title = content.Title, Artist = content.Artist, Album = content.Album, Year = content.Year, Track = content.Track, Genre = content.Genre,
            Comment = content.Comment, Cover = content.Cover is { } cover ? CoverPicture.Of(cover.Base64) : null,
        };
    }
}
