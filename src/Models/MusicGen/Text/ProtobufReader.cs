using System.Buffers.Binary;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen.Text;

/// <summary>The fields of one message of Protocol Buffers, in the order of the file: protobuf.dev, "Encoding".</summary>
/// <param name="path">Of the file, for whoever reads that it is damaged.</param>
ref struct ProtobufReader(string path, ReadOnlySpan<byte> message)
{
    const int VarintWire = 0, EightBytesWire = 1, LengthWire = 2, FourBytesWire = 5, MostVarintBytes = 10;

    ReadOnlySpan<byte> rest = message, bytes;
    int wire;
    ulong number;

    public int Field { get; private set; }

    public readonly long Integer => wire == VarintWire ? (long)number : throw Broken();

    public readonly float Single => wire == FourBytesWire ? BitConverter.UInt32BitsToSingle((uint)number) : throw Broken();

    /// <summary>Of a text or of a message within.</summary>
    public readonly ReadOnlySpan<byte> Bytes => wire == LengthWire ? bytes : throw Broken();

    /// <returns>False at the message's end.</returns>
    public bool Next()
    {
        if (rest.Length == 0) return false;
        ulong tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue) throw Broken();
        (Field, wire) = ((int)(tag >> 3), (int)(tag & 7));
        if (wire == VarintWire) number = Varint();
        else if (wire == EightBytesWire) number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
        else if (wire == FourBytesWire) number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        else if (wire == LengthWire) bytes = Take(Varint());
        else throw Broken();
        return true;
    }

    /// <summary>Seven bits a byte, the lowest first.</summary>
    ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < MostVarintBytes; i++)
        {
            byte b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80) return value;
        }

        throw Broken();
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length) throw Broken();
        ReadOnlySpan<byte> taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    readonly Exception Broken() => WeightFault.Unreadable(path, "it is cut off or is no model of SentencePiece");
}
