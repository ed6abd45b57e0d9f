using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DgxMusic.Audio.Tagging;

/// <summary>An ID3v2.3 tag: the version that every player reads. Source: id3.org, "ID3 tag version 2.3.0".</summary>
static class Id3Writer
{
    const byte Latin1 = 0, Utf16 = 1, FrontCover = 3;

    public static byte[] Write(Tags tags)
    {
        byte[] frames =
        [
            .. TextFrame("TIT2", tags.Title), .. TextFrame("TPE1", tags.Artist), .. TextFrame("TALB", tags.Album),
            .. TextFrame("TYER", tags.Year?.ToString("D4", CultureInfo.InvariantCulture)), .. TextFrame("TRCK", tags.Track),
            .. TextFrame("TCON", tags.Genre), .. CommentFrame(tags.Comment), .. PictureFrame(tags.Cover),
        ];
        byte[] size = [.. new[] { 21, 14, 7, 0 }.Select(shift => (byte)((frames.Length >> shift) & 0x7F))];
        return [.. "ID3"u8, 3, 0, 0, .. size, .. frames];
    }

    static byte[] TextFrame(string id, string? text) => text is null ? [] : Frame(id, [EncodingOf(text), .. Encoded(text, EncodingOf(text))]);

    /// <summary>Encoding, language, a description of nothing, the text.</summary>
    static byte[] CommentFrame(string? text)
    {
        if (text is null) return [];
        byte encoding = EncodingOf(text);
        return Frame("COMM", [encoding, .. "eng"u8, .. Encoded("\0", encoding), .. Encoded(text, encoding)]);
    }

    static byte[] PictureFrame(CoverPicture? cover) => cover is null
        ? []
        : Frame("APIC", [Latin1, .. Encoding.Latin1.GetBytes(cover.MimeType), 0, FrontCover, 0, .. cover.Content.Span]);

    static byte EncodingOf(string text) => text.All(letter => letter <= 0xFF) ? Latin1 : Utf16;

    static byte[] Encoded(string text, byte encoding) => encoding == Latin1 ? Encoding.Latin1.GetBytes(text) : [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)];

    static byte[] Frame(string id, byte[] content)
    {
        byte[] size = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, content.Length);
        return [.. Encoding.Latin1.GetBytes(id), .. size, 0, 0, .. content];
    }
}
