using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DgxMusic.Api.Resources;

/// <summary>Songs: what was taken apart, and what came of it.</summary>
public sealed class Songs(SongRegister songs, SongDesk desk, IBlobStore store)
{
    const int MostListed = 100, UsuallyListed = 20, LongestTag = 500, LongestNotes = 4000, LongestName = 120;

    public static JsonNode Change { get; } = new JsonObject
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["title"] = ExportFields.Field("string", "What the song is called; an empty text takes it away.", ("maxLength", LongestTag)),
            ["artist"] = ExportFields.Field("string", "Whose it is; an empty text takes it away.", ("maxLength", LongestTag)),
            ["notes"] = ExportFields.Field("string", "A remark of yours; an empty text takes it away.", ("maxLength", LongestNotes)),
        },
    };

    public async Task<IResult> ListAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        string? after = Query.Text(request, "continuation");
        if (after?.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-') == false)
            throw new PipelineException(Problem.MalformedRequest, "'continuation' is not what an earlier page gave.");
        SongPage page = await songs.ListAsync(Callers.Of(request).Id, after, Query.Whole(request, "limit", UsuallyListed, 1, MostListed), cancel);
        List<SongResource> described = [];
        foreach (Song song in page.Songs) described.Add(await DescribeAsync(song, cancel));
        return Results.Json(new SongList(described, page.Continuation), ApiJson.Options);
    }

    public async Task<IResult> ReadAsync(HttpRequest request, string id) =>
        Results.Json(await DescribeAsync(await songs.GetAsync(id, Callers.Of(request), request.HttpContext.RequestAborted), request.HttpContext.RequestAborted), ApiJson.Options);

    /// <summary>Changes what its owner says of a song. Files that were made keep the tags they have.</summary>
    public async Task<IResult> ChangeAsync(HttpRequest request, string id)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        var fields = new JsonFields(await RequestBody.ReadObjectAsync(request));
        string? title = Text(fields, "title", LongestTag), artist = Text(fields, "artist", LongestTag), notes = Text(fields, "notes", LongestNotes);
        fields.RefuseUnknown();
        if (fields.Faults.Count > 0) throw new PipelineException(Problem.InvalidRequest, string.Join(" ", fields.Faults.Values), fields.Faults);
        Song song = await songs.GetAsync(id, Callers.Of(request), cancel);
        await songs.TryChangeAsync(song.SongId, now => now with { Title = Of(title, now.Title), Artist = Of(artist, now.Artist), Notes = Of(notes, now.Notes) }, cancel);
        return await ReadAsync(request, id);

        static string? Of(string? asked, string? now) => asked is null ? now : asked.Length == 0 ? null : asked;
    }

    public async Task<IResult> DeleteAsync(HttpRequest request, string id) =>
        Results.Json(new SongRemoval(id, await desk.RemoveAsync(id, Callers.Of(request), request.HttpContext.RequestAborted)), ApiJson.Options);

    /// <summary>Sends a track, or the file that the song came as.</summary>
    public async Task<IResult> DownloadAsync(HttpRequest request, string id, string type)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Song song = await songs.GetAsync(id, Callers.Of(request), cancel);
        SongTrack track = await desk.FindTrackAsync(song, type, cancel);
        BlobInfo? info = await store.FindAsync(track.File, cancel);
        Stream? stream = info is null ? null : await store.OpenReadAsync(info.Ref, cancel);
        if (stream is null && track.Purged) throw new PipelineException(Problem.FilePurged, $"The {type} of song {id} was removed when it had grown old.");
        if (stream is null) throw new PipelineException(Problem.FileNotFound, $"The {type} of song {id} is not there any more.");
        string extension = Path.GetExtension(track.File.Path);
        return Results.Stream(stream, MediaTypes.Of(extension), NameOf(song, type, extension), info!.LastModifiedUtc, new EntityTagHeaderValue($"\"{info.ETag}\""), enableRangeProcessing: true);
    }

    /// <summary>Removes one separation; the file it came from stays.</summary>
    public async Task<IResult> DeleteSeparationAsync(HttpRequest request, string id) =>
        Results.Json(new Removal((await desk.RemoveSeparationAsync(id, Callers.Of(request), request.HttpContext.RequestAborted)).JobId, true), ApiJson.Options);

    async Task<SongResource> DescribeAsync(Song song, CancellationToken cancel) => await SongResource.OfAsync(await desk.ReadAsync(song, cancel), store, cancel);

    static string? Text(JsonFields fields, string name, int longest)
    {
        string? text = fields.Text(name);
        if (text?.Length > longest) fields.Faults[name] = $"'{name}' has more than {longest} characters.";
        return text?.Trim();
    }

    /// <summary><c>Title (Vocals).wav</c>, of characters that every file system takes.</summary>
    internal static string NameOf(Song song, string type, string extension)
    {
        var name = new StringBuilder();
        foreach (Rune rune in song.DisplayName.EnumerateRunes())
        {
            bool fits = !Rune.IsControl(rune) && rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format && !(rune.IsAscii && "\\/:*?\"<>|".Contains((char)rune.Value));
            if (name.Length < LongestName) name.Append(fits ? rune.ToString() : "_");
        }

        string plain = name.ToString().Trim(' ', '.');
        return $"{(plain.Length == 0 ? song.SongId : plain)} ({char.ToUpperInvariant(type[0])}{type[1..]}){extension}";
    }
}
