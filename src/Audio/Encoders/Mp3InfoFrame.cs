using System.Buffers.Binary;

namespace DgxMusic.Audio.Encoders;

/// <summary>
/// The frame before the music of an MP3 file, which says how many samples to leave out at both ends. ffmpeg says no more than one frame and the
/// decoder's delay at the end; where the music ends in the first 46 samples of a frame, up to 46 too many would play. Source: "Mp3 Info Tag rev 1",
/// LAME.
/// </summary>
static class Mp3InfoFrame
{
    const int FrameSamples = 1152, HeaderBytes = 4, MonoSideBytes = 17, StereoSideBytes = 32, DelayAt = 141, SumAt = 154, MostPadding = 0xFFF;

    /// <param name="file">MPEG-1 Layer III from its first byte; one without such a frame stays as it is.</param>
    /// <param name="samples">Of a channel, as they went into the encoder.</param>
    public static void TellLength(Stream file, long samples)
    {
        Span<byte> frame = stackalloc byte[HeaderBytes + StereoSideBytes + SumAt + 2];
        file.Position = 0;
        if (file.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) < frame.Length) return;
        bool isMono = frame[3] >> 6 == 3;
        int tagAt = HeaderBytes + (isMono ? MonoSideBytes : StereoSideBytes);
        Span<byte> tag = frame[tagAt..];
        bool hasAllFields = tag.StartsWith("Info"u8) && tag[7] == 0xF;   // which the places of those behind depend on
        if (!hasAllFields) return;

        int delay = (tag[DelayAt] << 4) | (tag[DelayAt + 1] >> 4);
        long padding = (BinaryPrimitives.ReadUInt32BigEndian(tag[8..]) * (long)FrameSamples) - delay - samples;
        if (padding is < 0 or > MostPadding) return;
        tag[DelayAt + 1] = (byte)((tag[DelayAt + 1] & 0xF0) | (int)(padding >> 8));
        tag[DelayAt + 2] = (byte)padding;
        BinaryPrimitives.WriteUInt16BigEndian(tag[SumAt..], Sum(frame[..(tagAt + SumAt)]));
        file.Position = 0;
        file.Write(frame);
    }

    /// <summary>CRC-16 with the polynomial x¹⁶ + x¹⁵ + x² + 1, lowest bit first, from zero.</summary>
    internal static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        foreach (byte value in bytes)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) * 0xA001);
        }
        return (ushort)sum;
    }
}
