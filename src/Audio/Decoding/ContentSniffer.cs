using System.Buffers.Binary;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Decoding;

/// <summary>Tells a format by its first bytes.</summary>
static class ContentSniffer
{
    /// <summary>Enough for every signature.</summary>
    public const int HeadBytes = 16;

    const int Id3HeadBytes = 10;

    /// <summary>Looks at the content from where the stream stands, and behind an ID3 tag.</summary>
    /// <param name="stream">Seekable; left at another position.</param>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: none of our formats; the sentence says what it seems.</exception>
    public static ContentKind Sniff(Stream stream)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        var source = new ForwardReader(stream);
        head = head[..source.Read(head)];
        if (!IsId3(head)) return Of(head);

        source.Skip(Id3Bytes(head) - head.Length);
        Span<byte> behind = stackalloc byte[HeadBytes];
        behind = behind[..source.Read(behind)];
        return Find(behind) is { } kind && (kind == ContentKind.Flac || kind == ContentKind.Aac) ? kind : ContentKind.Mp3;
    }

    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>.</exception>
    public static ContentKind Of(ReadOnlySpan<byte> head) =>
        Find(head)
        ?? throw new PipelineException(Problem.UnreadableAudio, $"This is {Describe(head)}; WAV, AIFF, FLAC, MP3, Ogg, M4A and AAC are read.");

    static ContentKind? Find(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12) return null;
        var form = head[8..12];
        bool isRiff = head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8);
        if (isRiff && form.SequenceEqual("WAVE"u8)) return ContentKind.Wav;
        if (head.StartsWith("FORM"u8) && (form.SequenceEqual("AIFF"u8) || form.SequenceEqual("AIFC"u8))) return ContentKind.Aiff;
        if (head.StartsWith("fLaC"u8)) return ContentKind.Flac;
        if (head.StartsWith("OggS"u8)) return ContentKind.Ogg;
        if (head[4..].StartsWith("ftyp"u8)) return ContentKind.Mp4;
        if (IsId3(head)) return ContentKind.Mp3;
        return MpegSync(head);
    }

    /// <summary>
    /// Eleven bits of sync, then fields of which some values are reserved: ISO/IEC 11172-3 §2.4.2.3. Layer 0 is ADTS, ISO/IEC 13818-7.
    /// </summary>
    static ContentKind? MpegSync(ReadOnlySpan<byte> head)
    {
        if (head[0] != 0xFF || (head[1] & 0xE0) != 0xE0) return null;
        int version = (head[1] >> 3) & 3, layer = (head[1] >> 1) & 3;
        if (layer == 0) return (head[1] & 0xF0) == 0xF0 && ((head[2] >> 2) & 15) <= 12 ? ContentKind.Aac : null;
        bool isReserved = version == 1 || head[2] >> 4 == 15 || ((head[2] >> 2) & 3) == 3;
        return isReserved ? null : ContentKind.Mp3;
    }

    static bool IsId3(ReadOnlySpan<byte> head) => head.Length >= Id3HeadBytes && head.StartsWith("ID3"u8) && head[3] < 0xFF && head[4] < 0xFF;

    /// <summary>Head, body (four times seven bits) and, where flagged, foot. Source: ID3v2.4.0 §3.1.</summary>
    static long Id3Bytes(ReadOnlySpan<byte> head)
    {
        uint size = BinaryPrimitives.ReadUInt32BigEndian(head[6..]);
        uint body = (size & 0x7F) | ((size >> 8 & 0x7F) << 7) | ((size >> 16 & 0x7F) << 14) | ((size >> 24 & 0x7F) << 21);
        return Id3HeadBytes + body + ((head[5] & 0x10) != 0 ? Id3HeadBytes : 0);
    }

    static string Describe(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty) return "an empty file";
        if (head.StartsWith("PK"u8)) return "a ZIP archive";
        if (head.StartsWith("%PDF"u8)) return "a PDF document";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47])) return "a picture";   // PNG
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return "a picture";         // JPEG
        if (head.StartsWith("RIFX"u8)) return "a WAV file of the other byte order";
        return IsText(head) ? "text" : $"no audio we know (it begins {Convert.ToHexString(head[..Math.Min(4, head.Length)])})";
    }

    static bool IsText(ReadOnlySpan<byte> head)
    {
        foreach (byte letter in head)
        {
            if (letter is not ((>= (byte)' ' and <= (byte)'~') or (byte)'\n' or (byte)'\r' or (byte)'\t')) return false;
        }
        return true;
    }
}
