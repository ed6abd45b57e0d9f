using System.Buffers.Binary;
using System.Text;
using DgxMusic.Audio.IO;

namespace DgxMusic.Audio.Wav;

/// <summary>The <c>bext</c> chunk, version 2. Source: EBU Tech 3285, "Specification of the Broadcast Wave Format", version 2.0.</summary>
static class BroadcastChunk
{
    public const string Id = "bext";

    /// <summary>Longer histories are read so far.</summary>
    public const int MostBytes = HistoryAt + (64 << 10);

    const int OriginatorAt = 256, TimeReferenceAt = 338, VersionAt = 346, LoudnessAt = 412, HistoryAt = 602, DescriptionLetters = 256, OriginatorLetters = 32;

    const ushort Version = 2;

    const short NotKnown = 0x7FFF, MostHundredths = 9999;

    public static WavChunk Write(BroadcastInfo info)
    {
        byte[] history = Encoding.ASCII.GetBytes(info.CodingHistory), chunk = new byte[HistoryAt + history.Length];
        Text(info.Description, chunk.AsSpan(0, DescriptionLetters));
        Text(info.Originator, chunk.AsSpan(OriginatorAt, OriginatorLetters));
        BinaryPrimitives.WriteUInt64LittleEndian(chunk.AsSpan(TimeReferenceAt), info.TimeReference);
        BinaryPrimitives.WriteUInt16LittleEndian(chunk.AsSpan(VersionAt), Version);
        var loudness = info.Loudness;
        double?[] values = [loudness.IntegratedLufs, loudness.RangeLu, loudness.MaxTruePeakDbtp, loudness.MaxMomentaryLufs, loudness.MaxShortTermLufs];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(chunk.AsSpan(LoudnessAt + (2 * i)), Hundredths(values[i]));
        history.CopyTo(chunk, HistoryAt);
        return new(Id, chunk);
    }

    /// <param name="content">Whole or cut off; what is missing reads as not told.</param>
    public static BroadcastInfo Parse(ReadOnlySpan<byte> content)
    {
        byte[] head = new byte[HistoryAt];
        content[..Math.Min(content.Length, HistoryAt)].CopyTo(head);
        bool hasLoudness = Bytes.UInt16(head.AsSpan(VersionAt), bigEndian: false) >= Version && content.Length >= LoudnessAt + 10;
        double? Value(int index) => hasLoudness ? OfHundredths(BinaryPrimitives.ReadInt16LittleEndian(head.AsSpan(LoudnessAt + (2 * index)))) : null;
        return new()
        {
            Description = Text(head.AsSpan(0, DescriptionLetters)),
            Originator = Text(head.AsSpan(OriginatorAt, OriginatorLetters)),
            TimeReference = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(TimeReferenceAt)),
            CodingHistory = content.Length > HistoryAt ? Text(content[HistoryAt..]) : "",
            Loudness = new(Value(0), Value(1), Value(2), Value(3), Value(4)),
        };
    }

    static short Hundredths(double? value)
    {
        double hundredths = Math.Round(100 * value ?? double.NaN, MidpointRounding.AwayFromZero);
        return Math.Abs(hundredths) <= MostHundredths ? (short)hundredths : NotKnown;
    }

    static double? OfHundredths(short hundredths) => Math.Abs((int)hundredths) <= MostHundredths ? hundredths / 100.0 : null;

    static void Text(string text, Span<byte> place)
    {
        byte[] letters = Encoding.ASCII.GetBytes(text);
        letters.AsSpan(0, Math.Min(letters.Length, place.Length)).CopyTo(place);
    }

    static string Text(ReadOnlySpan<byte> place)
    {
        int end = place.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? place : place[..end]);
    }
}
