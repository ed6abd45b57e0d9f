using System.Text.Json;
using DgxMusic.Audio.Decoding;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Tagging;

/// <summary>Tags of the formats that go through ffmpeg: ffprobe tells the texts, ffmpeg hands out the cover.</summary>
static class ProbedTags
{
    /// <summary>Texts of all tags of a file; a file with more has none for us.</summary>
    const int MostTextBytes = 4 << 20;

    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>, <see cref="Problem.DecoderMissing"/>.</exception>
    public static Tags Read(string path, ContentKind kind, DecoderOptions options, ICollection<string> warnings, CancellationToken cancellation)
    {
        string[] input = ["-v", "error", "-protocol_whitelist", "file,pipe", "-f", kind.Demuxer!];
        string[] entries = ["-show_entries", "format_tags:stream=index,codec_type:stream_disposition=attached_pic:stream_tags", "-of", "json"];
        string file = "file:" + Path.GetFullPath(path);
        var patience = TimeSpan.FromSeconds(options.PatienceSeconds);
        using var probe = ChildProcess.Start(ChildRole.Decoder, options.Ffprobe, [.. input, .. entries, file], patience, cancellation);
        if (ReadOut(probe, MostTextBytes) is not { } json)
        {
            warnings.Add($"The file's tags have more than {MostTextBytes:N0} bytes and were left out.");
            return Tags.None;
        }
        var (tags, picture) = Parse(json);
        if (picture is not { } index) return tags;

        string[] output = ["-map", $"0:{index}", "-c", "copy", "-frames:v", "1", "-f", "image2pipe", "pipe:1"];
        using var copy = ChildProcess.Start(ChildRole.Decoder, options.Ffmpeg, ["-nostdin", .. input, "-i", file, .. output], patience, cancellation);
        var cover = CoverOf(copy);
        if (cover is null) warnings.Add($"The file's cover was left out: no whole JPEG or PNG of at most {CoverPicture.MostBytes:N0} bytes.");
        return tags with { Cover = cover };
    }

    /// <returns>Null also where the picture is damaged: that is no reason to do without the music.</returns>
    static CoverPicture? CoverOf(ChildProcess copy)
    {
        try
        {
            return ReadOut(copy, CoverPicture.MostBytes) is { } bytes ? CoverPicture.Of(bytes) : null;
        }
        catch (PipelineException fault) when (fault.Problem == Problem.UnreadableAudio)
        {
            return null;
        }
    }

    /// <summary>Tags of the file, then those of its first audio stream, where Ogg keeps them; and the index of the first attached picture.</summary>
    internal static (Tags Tags, int? Picture) Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var tags = document.RootElement.TryGetProperty("format", out var format) ? TagsOf(format) : Tags.None;
        int? picture = null;
        bool hasAudio = false;
        foreach (var stream in document.RootElement.TryGetProperty("streams", out var streams) ? streams.EnumerateArray() : default)
        {
            if (!hasAudio && stream.TryGetProperty("codec_type", out var type) && type.ValueEquals("audio"))
            {
                (tags, hasAudio) = (tags.Or(TagsOf(stream)), true);
            }
            if (IsPicture(stream)) picture ??= stream.GetProperty("index").GetInt32();
        }
        return (tags, picture);
    }

    static bool IsPicture(JsonElement stream) =>
        stream.TryGetProperty("disposition", out var disposition) && disposition.TryGetProperty("attached_pic", out var attached) && attached.GetInt32() == 1;

    static Tags TagsOf(JsonElement element)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (element.TryGetProperty("tags", out var tags))
        {
            foreach (var tag in tags.EnumerateObject()) texts.TryAdd(tag.Name, tag.Value.ToString());
        }
        string? Text(string name) => texts.GetValueOrDefault(name);
        return new()
        {
            Title = Text("title"), Artist = Text("artist"), Album = Text("album"), Year = Tags.YearOf(Text("date") ?? Text("year")),
            Track = Text("track") ?? Text("tracknumber"), Genre = Text("genre"), Comment = Text("comment") ?? Text("description"),
        };
    }

    /// <returns>All it writes; null where that is more than <paramref name="most"/> bytes.</returns>
    static byte[]? ReadOut(ChildProcess child, int most)
    {
        using var whole = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        while (child.Output.Read(buffer) is > 0 and int count)
        {
            if (whole.Length + count > most) return null;
            whole.Write(buffer, 0, count);
        }
        child.Finish();
        return whole.ToArray();
    }
}
