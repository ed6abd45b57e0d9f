using System.Globalization;
using System.Text;
using DgxMusic.Audio.IO;

namespace DgxMusic.Audio.Tagging;

/// <summary>The list INFO of RIFF files. Source: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991.</summary>
static class RiffInfo
{
    public const string ListId = "LIST";

    /// <summary>Longer lists are read so far.</summary>
    public const int MostBytes = 1 << 20;

    /// <param name="list">The content of a LIST chunk, whole or cut off.</param>
    /// <returns>Nothing of lists of other types.</returns>
    public static Tags Parse(ReadOnlySpan<byte> list)
    {
        if (!list.StartsWith("INFO"u8)) return Tags.None;
        var texts = new Dictionary<string, string>();
        ReadOnlySpan<byte> rest = list[4..];
        while (rest.Length > 8)
        {
            string id = Encoding.Latin1.GetString(rest[..4]);
            int size = (int)Math.Min(Bytes.UInt32(rest[4..], bigEndian: false), (uint)rest.Length - 8);
            texts.TryAdd(id, Texts.Decode(rest.Slice(8, size)));
            rest = rest[Math.Min(rest.Length, 8 + size + (size & 1))..];
        }
        return new Tags
        {
            Title = texts.GetValueOrDefault("INAM"),
            Artist = texts.GetValueOrDefault("IART"),
            Album = texts.GetValueOrDefault("IPRD"),
            Year = Tags.YearOf(texts.GetValueOrDefault("ICRD")),
            Track = texts.GetValueOrDefault("ITRK") ?? texts.GetValueOrDefault("IPRT"),
            Genre = texts.GetValueOrDefault("IGNR"),
            Comment = texts.GetValueOrDefault("ICMT"),
        };
    }

    /// <returns>The content of a LIST chunk, texts in UTF-8; the program that wrote it last.</returns>
    public static byte[] Write(Tags tags, string software)
    {
        var list = new MemoryStream();
        list.Write("INFO"u8);
        Write(list, "INAM", tags.Title);
        Write(list, "IART", tags.Artist);
        Write(list, "IPRD", tags.Album);
        Write(list, "ICRD", tags.Year?.ToString("D4", CultureInfo.InvariantCulture));
        Write(list, "ITRK", tags.Track);
        Write(list, "IGNR", tags.Genre);
        Write(list, "ICMT", tags.Comment);
        Write(list, "ISFT", software);
        return list.ToArray();
    }

    /// <summary>A chunk of its own, ended by a zero that its size counts.</summary>
    static void Write(MemoryStream list, string id, string? text)
    {
        if (text is null) return;
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text), 0];
        list.Write(Encoding.Latin1.GetBytes(id));
        list.Write(BitConverter.GetBytes(bytes.Length));
        list.Write(bytes);
        if (bytes.Length % 2 != 0) list.WriteByte(0);
    }
}
