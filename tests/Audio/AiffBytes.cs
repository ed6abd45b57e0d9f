using System.Buffers.Binary;
using System.Text;

namespace DgxMusic.Audio.Tests;

/// <summary>As <see cref="RiffBytes"/>, in the other byte order.</summary>
static class AiffBytes
{
    /// <summary>48,000 and 44,100 Hz as 80-bit floats.</summary>
    public static readonly byte[] Rate48000 = Convert.FromHexString("400EBB80000000000000"), Rate44100 = Convert.FromHexString("400EAC44000000000000");

    public static byte[] AiffFile(params byte[][] chunks) => Form("AIFF", chunks);

    public static byte[] AifcFile(params byte[][] chunks) => Form("AIFC", [Chunk("FVER", U32(0xA2805140)), .. chunks]);

    static byte[] Form(string type, byte[][] chunks) => Chunk("FORM", [.. Encoding.Latin1.GetBytes(type), .. chunks.SelectMany(chunk => chunk)]);

    public static byte[] Common(int channels, uint frames, int bits, byte[] rate, string? compression = null) => Chunk(
        "COMM",
        [.. U32((uint)channels)[2..], .. U32(frames), .. U32((uint)bits)[2..], .. rate, .. compression is null ? [] : Encoding.Latin1.GetBytes(compression + "\0\0")]);

    public static byte[] Sound(byte[] data) => Chunk("SSND", [.. U32(0), .. U32(0), .. data]);

    public static byte[] Chunk(string id, byte[] content, uint? size = null) =>
        [.. Encoding.Latin1.GetBytes(id), .. U32(size ?? (uint)content.Length), .. content, .. new byte[content.Length % 2]];

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
