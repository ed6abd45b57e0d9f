using System.Buffers.Binary;

namespace DgxMusic.Audio.Aiff;

/// <summary>The 80-bit float of IEEE 754 and SANE, big-endian: AIFF writes its sample rate so.</summary>
static class ExtendedFloat
{
    public const int Bytes = 10;

    const int Bias = 16383, FractionBits = 63;

    /// <returns>NaN for NaN and infinity alike: neither is a rate.</returns>
    public static double Parse(ReadOnlySpan<byte> bytes)
    {
        int head = BinaryPrimitives.ReadUInt16BigEndian(bytes), exponent = head & 0x7FFF;
        ulong fraction = BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
        if (exponent == 0x7FFF) return double.NaN;
        double magnitude = Math.ScaleB((double)fraction, exponent - Bias - FractionBits);
        return head >= 0x8000 ? -magnitude : magnitude;
    }
}
