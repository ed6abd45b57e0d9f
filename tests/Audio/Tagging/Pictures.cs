using System.Buffers.Binary;
using System.IO.Compression;
using DgxMusic.Audio.Tagging;

namespace DgxMusic.Audio.Tests.Tagging;

/// <summary>Pictures that any program opens.</summary>
static class Pictures
{
    /// <summary>16 × 8 pixels of one colour.</summary>
    public static byte[] Jpeg { get; } = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsODg4RERT/xABMAAEBAAAAAAAAAAAAAA"
        + "AAAAAABgEBAQAAAAAAAAAAAAAAAAAABgcQAQAAAAAAAAAAAAAAAAAAAAARAQAAAAAAAAAAAAAAAAAAAAD/wAARCAAIABADASIAAhEAAxEA/9oADAMBAAIRAxEAPwCLAFF/f//Z");

    /// <summary>Grey noise, about a byte a pixel.</summary>
    /// <param name="padding">Bytes of a chunk that no program knows; null: no such chunk.</param>
    public static byte[] Png(int width, int height, int? padding = null)
    {
        var random = new Random(7);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] line = new byte[width + 1];
            for (int y = 0; y < height; y++)
            {
                random.NextBytes(line);
                line[0] = 0;   // no filter
                zlib.Write(line);
            }
        }
        byte[] header = [.. Number(width), .. Number(height), 8, 0, 0, 0, 0];
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. padding is { } bytes ? Chunk("prVt"u8, new byte[bytes]) : [], .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    public static CoverPicture PngCover { get; } = CoverPicture.Of(Png(200, 160))!;

    public static CoverPicture JpegCover { get; } = CoverPicture.Of(Jpeg)!;

    static byte[] Chunk(ReadOnlySpan<byte> id, byte[] content)
    {
        byte[] checkedPart = [.. id, .. content];
        return [.. Number(content.Length), .. checkedPart, .. Number((int)Crc(checkedPart))];
    }

    static uint Crc(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }

    static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
