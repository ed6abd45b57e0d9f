using System.Buffers.Binary;

namespace DgxMusic.Audio.Tagging;

/// <summary>A picture of the front cover, as it stands in the file.</summary>
/// <param name="MimeType">image/jpeg or image/png: what every container takes.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
public sealed record CoverPicture(string MimeType, int Width, int Height, ReadOnlyMemory<byte> Content)
{
    /// <summary>Larger ones are left out. A FLAC block counts its bytes in 24 bits, and has texts and sizes before the picture (RFC 9639 §8.1, §8.8).</summary>
    public const int MostBytes = (16 << 20) - 4096;

    static ReadOnlySpan<byte> PngHead => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <returns>Null: neither JPEG nor PNG by its content, without a size, or too large.</returns>
    public static CoverPicture? Of(ReadOnlyMemory<byte> content)
    {
        ReadOnlySpan<byte> bytes = content.Span;
        if (bytes.Length > MostBytes) return null;
        bool isPng = bytes.StartsWith(PngHead);
        var (width, height) = isPng ? PngSize(bytes) : JpegSize(bytes);
        return width > 0 && height > 0 ? new(isPng ? "image/png" : "image/jpeg", width, height, content) : null;
    }

    /// <summary>The first chunk is IHDR, which begins with both. Source: W3C PNG, clause 11.2.1.</summary>
    static (int Width, int Height) PngSize(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 24 && bytes[12..].StartsWith("IHDR"u8)
            ? (BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]))
            : default;

    /// <summary>The frame header SOFn has them; segments before it are stepped over. Source: ITU-T T.81, clause B.</summary>
    static (int Width, int Height) JpegSize(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) return default;
        int at = 2;
        while (at + 9 <= bytes.Length && bytes[at] == 0xFF)
        {
            int marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++;   // fill byte
                continue;
            }
            bool isFrame = marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
            if (isFrame) return (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
            bool isAlone = marker is 0x01 or (>= 0xD0 and <= 0xD9);
            at += isAlone ? 2 : 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }
        return default;
    }
}
