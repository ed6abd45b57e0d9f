using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Audio.Tagging;

/// <summary>An ID3v2 tag of versions 2 to 4, as chunks of WAV and AIFF hold it. What is damaged ends the reading, it is no fault. Source: id3.org.</summary>
sealed class Id3Reader
{
    const int HeadBytes = 10;

    readonly Dictionary<string, string> texts = [];
    readonly byte[] body;
    readonly int version;
    CoverPicture? front, other;
    string? comment;

    Id3Reader(int version, byte[] body) => (this.version, this.body) = (version, body);

    /// <summary>The tag's front cover, or else its first picture; those that no container takes are none.</summary>
    CoverPicture? Cover => front ?? other;

    public static Tags Parse(ReadOnlySpan<byte> tag)
    {
        if (tag.Length < HeadBytes || !tag.StartsWith("ID3"u8) || tag[3] is < 2 or > 4) return Tags.None;
        int version = tag[3], flags = tag[5], size = (int)Math.Min(SyncSafe(tag[6..]), tag.Length - HeadBytes);
        byte[] body = tag.Slice(HeadBytes, size).ToArray();
        if (version < 4 && (flags & 0x80) != 0) body = Synchronised(body);
        var reader = new Id3Reader(version, body);
        reader.Walk((flags & 0x40) != 0 && version > 2 ? reader.ExtendedHeadBytes() : 0);
        return reader.ToTags();
    }

    Tags ToTags() => new()
    {
        Title = Text("TIT2", "TT2"), Artist = Text("TPE1", "TP1"), Album = Text("TALB", "TAL"), Track = Text("TRCK", "TRK"),
        Genre = GenreOf(Text("TCON", "TCO")), Year = Tags.YearOf(Text("TDRC", "TYER") ?? Text("TYE", "TYE")), Comment = comment, Cover = Cover,
    };

    string? Text(string id, string otherId) => texts.GetValueOrDefault(id) ?? texts.GetValueOrDefault(otherId);

    /// <summary>Version 3 leaves its own size out of the count, version 4 counts it.</summary>
    int ExtendedHeadBytes()
    {
        if (body.Length < 4) return body.Length;
        long bytes = version == 4 ? SyncSafe(body) : 4L + BinaryPrimitives.ReadUInt32BigEndian(body);
        return (int)Math.Min(bytes, body.Length);
    }

    void Walk(int at)
    {
        int idBytes = version == 2 ? 3 : 4, headBytes = version == 2 ? 6 : 10;
        while (at + headBytes < body.Length && body[at] != 0)
        {
            ReadOnlySpan<byte> head = body.AsSpan(at, headBytes);
            long size = FrameBytes(head, at + headBytes);
            if (size > body.Length - at - headBytes) return;
            Take(Encoding.Latin1.GetString(head[..idBytes]), Content(body.AsSpan(at + headBytes, (int)size), version == 2 ? 0 : head[9]));
            at += headBytes + (int)size;
        }
    }

    long FrameBytes(ReadOnlySpan<byte> head, int contentAt)
    {
        if (version == 2) return (head[3] << 16) | (head[4] << 8) | head[5];
        long plain = BinaryPrimitives.ReadUInt32BigEndian(head[4..]), safe = SyncSafe(head[4..]);
        if (version == 3) return plain;
        bool isPlain = plain != safe && !IsFrameEnd(contentAt + safe) && IsFrameEnd(contentAt + plain);   // as programs that took version 4 for 3 wrote it
        return isPlain ? plain : safe;
    }

    /// <summary>The tag ends there, or its padding or a further frame begins.</summary>
    bool IsFrameEnd(long at) => at == body.Length || (at < body.Length && (body[at] == 0 || char.IsAsciiLetterUpper((char)body[at])));

    /// <returns>Nothing where the frame is compressed or encrypted.</returns>
    ReadOnlySpan<byte> Content(ReadOnlySpan<byte> frame, int flags)
    {
        if (version == 3) return (flags & 0xC0) != 0 ? [] : frame[Math.Min(frame.Length, (flags & 0x20) != 0 ? 1 : 0)..];
        if (version == 2 || flags == 0) return frame;
        if ((flags & 0x0C) != 0) return [];
        int extra = ((flags & 0x40) != 0 ? 1 : 0) + ((flags & 0x01) != 0 ? 4 : 0);
        frame = frame[Math.Min(frame.Length, extra)..];
        return (flags & 0x02) != 0 ? Synchronised(frame) : frame;
    }

    void Take(string id, ReadOnlySpan<byte> content)
    {
        if (content.Length < 2) return;
        if (id is "COMM" or "COM") TakeComment(content);
        else if (id is "APIC" or "PIC") TakePicture(content, id);
        else if (id[0] == 'T' && id[1] != 'X') texts.TryAdd(id, string.Join("; ", Decode(content[0], content[1..]).Split('\0', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Encoding, language of three letters, description, text. Programs keep numbers of their own in comments with a description.</summary>
    void TakeComment(ReadOnlySpan<byte> content)
    {
        if (content.Length < 4) return;
        string[] parts = Decode(content[0], content[4..]).Split('\0', 2);
        if (parts.Length == 2 && parts[0].Trim('\uFEFF').Length == 0) comment ??= parts[1].Trim('\uFEFF', '\0');
    }

    /// <summary>Encoding, type of content, what it shows (3: front cover), description, bytes.</summary>
    void TakePicture(ReadOnlySpan<byte> content, string id)
    {
        int typeEnd = id == "PIC" ? 3 : content[1..].IndexOf((byte)0);
        if (typeEnd < 0) return;
        int kindAt = 1 + typeEnd + (id == "PIC" ? 0 : 1);
        if (kindAt + 1 >= content.Length) return;
        int end = EndOfText(content[0], content[(kindAt + 1)..]);
        if (end < 0 || CoverPicture.Of(content[(kindAt + 1 + end)..].ToArray()) is not { } picture) return;
        if (content[kindAt] == 3) front ??= picture;
        else other ??= picture;
    }

    /// <summary>Bytes up to and with the zero that ends a text; −1 where there is none.</summary>
    static int EndOfText(int encoding, ReadOnlySpan<byte> bytes)
    {
        if (encoding is not (1 or 2)) return bytes.IndexOf((byte)0) is >= 0 and int at ? at + 1 : -1;
        for (int i = 0; i + 1 < bytes.Length; i += 2)
        {
            if (bytes[i] == 0 && bytes[i + 1] == 0) return i + 2;
        }
        return -1;
    }

    static string Decode(int encoding, ReadOnlySpan<byte> bytes) => encoding switch
    {
        1 when bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) => Encoding.BigEndianUnicode.GetString(bytes[2..]),
        1 => Encoding.Unicode.GetString(bytes).TrimStart('\uFEFF'),
        2 => Encoding.BigEndianUnicode.GetString(bytes),
        3 => Encoding.UTF8.GetString(bytes),
        _ => Encoding.Latin1.GetString(bytes),
    };

    /// <summary>"(17)Rock" says it twice.</summary>
    static string? GenreOf(string? text)
    {
        int end = text is ['(', ..] ? text.IndexOf(')') : -1;
        return end > 0 && end + 1 < text!.Length ? text[(end + 1)..] : text;
    }

    static long SyncSafe(ReadOnlySpan<byte> bytes) => ((bytes[0] & 0x7F) << 21) | ((bytes[1] & 0x7F) << 14) | ((bytes[2] & 0x7F) << 7) | (bytes[3] & 0x7F);

    /// <summary>Without the zero that was put behind every 0xFF.</summary>
    static byte[] Synchronised(ReadOnlySpan<byte> bytes)
    {
        var whole = new List<byte>(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            whole.Add(bytes[i]);
            if (bytes[i] == 0xFF && i + 1 < bytes.Length && bytes[i + 1] == 0) i++;
        }
        return [.. whole];
    }
}
