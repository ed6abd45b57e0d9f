using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Audio.Tests;

/// <summary>Files laid out by hand: what the code under test writes or reads is never used to make what it is tested on.</summary>
static class RiffBytes
{
    public const ushort Pcm = 1, Float = 3, Extensible = 0xFFFE;

    public static byte[] Riff(params byte[][] chunks) => File("RIFF", null, chunks);

    public static byte[] File(string magic, uint? size, params byte[][] chunks)
    {
        byte[] content = [.. "WAVE"u8, .. chunks.SelectMany(chunk => chunk)];
        return [.. Encoding.Latin1.GetBytes(magic), .. U32(size ?? (uint)content.Length), .. content];
    }

    /// <param name="size">What the chunk says of itself; null: the truth.</param>
    public static byte[] Chunk(string id, byte[] content, uint? size = null) =>
        [.. Encoding.Latin1.GetBytes(id), .. U32(size ?? (uint)content.Length), .. content, .. new byte[content.Length % 2]];

    public static byte[] Format(ushort tag, int channels, int rateHz, int bits, int? blockAlign = null, byte[]? tail = null)
    {
        int align = blockAlign ?? channels * ((bits + 7) / 8);
        return Chunk("fmt ", [.. U16(tag), .. U16(channels), .. U32((uint)rateHz), .. U32((uint)(rateHz * align)), .. U16(align), .. U16(bits), .. tail ?? []]);
    }

    public static byte[] ExtensibleFormat(ushort subFormat, int channels, int rateHz, int bits, int validBits, uint mask) =>
        Format(Extensible, channels, rateHz, bits, tail: [.. U16(22), .. U16(validBits), .. U32(mask), .. Guid(subFormat)]);

    public static byte[] WideSizes(ulong riffBytes, ulong dataBytes, ulong frames) =>
        Chunk("ds64", [.. U64(riffBytes), .. U64(dataBytes), .. U64(frames), .. U32(0)]);

    public static byte[] Guid(ushort subFormat) => [.. U16(subFormat), .. Convert.FromHexString("0000000010008000 00AA00389B71".Replace(" ", ""))];

    public static byte[] U16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
