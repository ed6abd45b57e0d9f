using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DgxMusic.Audio.Tagging;

namespace DgxMusic.Audio.Encoders;

/// <summary>
/// Tags as ffmpeg reads them from a text file (ffmpeg-formats, "Metadata"): of any length, and no word of a song becomes part of a command.
/// </summary>
static class MetadataText
{
    /// <param name="withCover">As METADATA_BLOCK_PICTURE, for containers in which ffmpeg has no other place for it.</param>
    public static string Of(Tags tags, bool withCover)
    {
        var text = new StringBuilder(";FFMETADATA1\n");
        void Add(string key, string? value)
        {
            if (value is null) return;
            text.Append(key).Append('=');
            foreach (char letter in value) text.Append(letter is '=' or ';' or '#' or '\\' or '\n' ? "\\" : "").Append(letter);
            text.Append('\n');
        }
        Add("title", tags.Title);
        Add("artist", tags.Artist);
        Add("album", tags.Album);
        Add("date", tags.Year?.ToString("D4", CultureInfo.InvariantCulture));
        Add("track", tags.Track);
        Add("genre", tags.Genre);
        Add("comment", tags.Comment);
        if (withCover && tags.Cover is { } cover) Add("METADATA_BLOCK_PICTURE", Convert.ToBase64String(PictureBlock(cover)));
        return text.ToString();
    }

    /// <summary>RFC 9639 §8.8: type, MIME type, description, width, height, depth, colours, bytes; lengths before texts, big-endian.</summary>
    static byte[] PictureBlock(CoverPicture cover)
    {
        const int frontCover = 3, bitsPerPixel = 24;
        byte[] mime = Encoding.ASCII.GetBytes(cover.MimeType);
        return
        [
            .. Number(frontCover), .. Number(mime.Length), .. mime, .. Number(0), .. Number(cover.Width), .. Number(cover.Height),
            .. Number(bitsPerPixel), .. Number(0), .. Number(cover.Content.Length), .. cover.Content.Span,
        ];
    }

    static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
