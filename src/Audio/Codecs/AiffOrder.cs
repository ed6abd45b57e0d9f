using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DgxMusic.Audio.Codecs;

static class AiffOrder
{
    /// <summary>Turns big-endian samples, signed where they have 8 bits, into WAV's, in place.</summary>
    /// <param name="width">Bytes a sample: 1, 2, 3, 4 or 8.</param>
    public static void ToWav(Span<byte> bytes, int width)
    {
        switch (width)
        {
            case 1:
                for (int i = 0; i < bytes.Length; i++) bytes[i] ^= 0x80;
                break;
            case 2:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 3:
                for (int i = 0; i + 2 < bytes.Length; i += 3) (bytes[i], bytes[i + 2]) = (bytes[i + 2], bytes[i]);
                break;
            case 4:
                var doubles = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(doubles, doubles);
                break;
            default:
                var quads = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(quads, quads);
                break;
        }
    }
}
