using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DgxMusic.Audio;
using DgxMusic.Audio.IO;

namespace DgxMusic.NAudio.Reading;

/// <summary>What a FLAC file says before its first frame. Source: RFC 9639, §8.</summary>
/// <param name="Frames">0: not told.</param>
sealed record FlacHeader(int SampleRateHz, int Channels, int Bits, long Frames, uint? ToldMask)
{
    const int StreamInfo = 0, Comments = 4, StreamInfoBytes = 34, MostCommentBytes = 1 << 20;

    const string MaskName = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=";

    /// <summary>§9.1.3; where front, side and back are open there, the sides.</summary>
    static readonly uint[] usualMasks = [0x4, 0x3, 0x7, 0x33, 0x607, 0x60F, 0x70F, 0x63F];

    public AudioFormat Format => new(SampleRateHz, Channels, "flac", Bits switch { 8 => "PCM_S8", 16 => "PCM_16", _ => "PCM_24" }, ToldMask ?? usualMasks[Channels - 1]);

    /// <summary>§9.1.2; 0: the header's own, or told elsewhere.</summary>
    static readonly int[] frameRatesHz = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 0, 0, 0, 0];

    /// <summary>§9.1.4.</summary>
    static readonly int[] frameBits = [0, 8, 12, 0, 16, 20, 24, 32];

    /// <returns>Null: damaged, contradicted by its first frame, or not FLAC from its first byte on.</returns>
    public static FlacHeader? Read(Stream stream)
    {
        var source = new ForwardReader(stream);
        Span<byte> head = stackalloc byte[4];
        if (source.Read(head) < head.Length || !head.SequenceEqual("fLaC"u8)) return null;
        FlacHeader? header = null;
        uint? mask = null;
        for (bool isLast = false; !isLast;)
        {
            if (source.Read(head) < head.Length) return null;
            (isLast, int type, int size) = (head[0] >= 0x80, head[0] & 0x7F, BinaryPrimitives.ReadInt32BigEndian(head) & 0xFF_FFFF);
            if (type is not (StreamInfo or Comments) || size > MostCommentBytes)
            {
                source.Skip(size);
                continue;
            }
            byte[] block = new byte[size];
            if (source.Read(block) < size) return null;
            if (type == StreamInfo) header = Parse(block);
            else mask = MaskIn(block);
        }
        bool hasFrame = source.Read(head) == head.Length;
        return header is null || (hasFrame && !header.Agrees(head)) ? null : header with { ToldMask = mask };
    }

    /// <summary>§9.1: sync code, then four bits each for block size, rate and channels, three for the depth.</summary>
    bool Agrees(ReadOnlySpan<byte> frame)
    {
        int rateHz = frameRatesHz[frame[2] & 15], channels = frame[3] >> 4 is < 8 and int fewer ? fewer + 1 : 2, bits = frameBits[(frame[3] >> 1) & 7];
        return frame[0] == 0xFF && (frame[1] & 0xFE) == 0xF8 && (rateHz == 0 || rateHz == SampleRateHz) && channels == Channels && (bits == 0 || bits == Bits);
    }

    static FlacHeader? Parse(ReadOnlySpan<byte> block)
    {
        if (block.Length < StreamInfoBytes) return null;
        ulong fields = BinaryPrimitives.ReadUInt64BigEndian(block[10..]);   // rate 20 bits, channels − 1 3, depth − 1 5, frames 36
        return new((int)(fields >> 44), 1 + ((int)(fields >> 41) & 7), 1 + ((int)(fields >> 36) & 31), (long)(fields & 0xF_FFFF_FFFF), null);
    }

    /// <summary>§8.6.2: a hexadecimal number among the comments, which are lengths and texts, little-endian.</summary>
    static uint? MaskIn(ReadOnlySpan<byte> block)
    {
        for (int at = 4 + Length(block, 0) + 4; at + 4 <= block.Length; at += 4 + Length(block, at))
        {
            string comment = Encoding.UTF8.GetString(block.Slice(at + 4, Length(block, at)));
            if (!comment.StartsWith(MaskName, StringComparison.OrdinalIgnoreCase)) continue;
            string number = comment[MaskName.Length..].Replace("0x", "", StringComparison.OrdinalIgnoreCase);
            return uint.TryParse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint mask) ? mask : null;
        }
        return null;
    }

    /// <summary>Of the text at that place, as far as it is there.</summary>
    static int Length(ReadOnlySpan<byte> block, int at) =>
        at + 4 > block.Length ? 0 : (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(block[at..]), (uint)(block.Length - at - 4));
}
