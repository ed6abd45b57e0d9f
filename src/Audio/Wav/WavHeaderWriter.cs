using System.Buffers.Binary;

namespace DgxMusic.Audio.Wav;

/// <summary>Lays a header out: RIFF (or RF64 and ds64), fmt, fact, further chunks, data. No clock, no name, so equal layouts give equal bytes.</summary>
static class WavHeaderWriter
{
    /// <summary>The ds64 chunk: id, size, three sizes of 64 bits, a table of no entries.</summary>
    public const int WideSizesBytes = 8 + 28;

    const uint InWideSizes = uint.MaxValue;

    public static byte[] Write(WavLayout layout)
    {
        var header = new byte[layout.HeaderBytes];
        Span<byte> at = header;
        uint Narrow(long size) => layout.IsWide ? InWideSizes : (uint)size;

        at = Chunk(at, layout.IsWide ? "RF64"u8 : "RIFF"u8, Narrow(layout.FileBytes - 8));
        at = Text(at, "WAVE"u8);
        if (layout.IsWide) at = WideSizes(at, layout);
        at = Format(at, layout);
        if (layout.HasFact) at = Double(Chunk(at, "fact"u8, 4), Narrow(layout.Frames));
        foreach (WavChunk chunk in layout.Before) at = Text(at, chunk.ToArray());
        Chunk(at, "data"u8, Narrow(layout.DataBytes));
        return header;
    }

    static Span<byte> WideSizes(Span<byte> at, WavLayout layout)
    {
        at = Chunk(at, "ds64"u8, WideSizesBytes - 8);
        at = Quad(at, layout.FileBytes - 8);
        at = Quad(at, layout.DataBytes);
        at = Quad(at, layout.Frames);
        return Double(at, 0);
    }

    static Span<byte> Format(Span<byte> at, WavLayout layout)
    {
        int tag = layout.HasFact ? WaveFormatTag.IeeeFloat : WaveFormatTag.Pcm, bits = layout.BlockAlign / layout.Channels * 8;
        at = Chunk(at, "fmt "u8, (uint)layout.FormatBytes);
        at = Word(at, layout.IsExtensible ? WaveFormatTag.Extensible : tag);
        at = Word(at, layout.Channels);
        at = Double(at, (uint)layout.SampleRateHz);
        at = Double(at, (uint)Math.Min(uint.MaxValue, (long)layout.SampleRateHz * layout.BlockAlign));
        at = Word(at, layout.BlockAlign);
        at = Word(at, bits);
        if (layout.FormatBytes == 16) return at;
        at = Word(at, layout.FormatBytes - 18);
        if (!layout.IsExtensible) return at;
        at = Word(at, bits);
        at = Double(at, layout.SpeakerMask);
        return Text(Word(at, tag), WaveFormatTag.SubFormatTail);
    }

    static Span<byte> Chunk(Span<byte> at, ReadOnlySpan<byte> id, uint size) => Double(Text(at, id), size);

    static Span<byte> Text(Span<byte> at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(at);
        return at[text.Length..];
    }

    static Span<byte> Word(Span<byte> at, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)value);
        return at[2..];
    }

    static Span<byte> Double(Span<byte> at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, value);
        return at[4..];
    }

    static Span<byte> Quad(Span<byte> at, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(at, value);
        return at[8..];
    }
}
