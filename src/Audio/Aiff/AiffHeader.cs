using System.Text;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Audio.Aiff;

/// <summary>
/// All that comes before the samples of an AIFF or AIFC file. Source: Apple, "Audio Interchange File Format", 1989, and the AIFF-C draft of 1991.
/// </summary>
/// <param name="DataBytes">Size of the samples as announced.</param>
/// <param name="Warning">Null where the two announcements agree.</param>
sealed record AiffHeader(AiffCommonChunk Common, long DataBytes, string? Warning)
{
    /// <summary>Offset and block size, both 32 bits, at the start of the SSND chunk.</summary>
    const int SoundHeadBytes = 8;

    /// <summary>Reads up to the first sample.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/> or <see cref="Problem.TooManyChannels"/>.</exception>
    public static AiffHeader Read(ForwardReader source)
    {
        var chunks = new ChunkReader(source, "AIFF", bigEndian: true);
        bool isAifc = ReadMagic(source, chunks);
        AiffCommonChunk? common = null;
        while (chunks.Next() is { } chunk)
        {
            switch (chunk.Id)
            {
                case "COMM":
                    byte[] content = chunks.Content(chunk.Id, chunk.Size, AiffCommonChunk.LeastBytes, AiffCommonChunk.MostBytes);
                    common = AiffCommonChunk.Parse(content, isAifc, chunks);
                    break;
                case "SSND":
                    if (common is null) throw chunks.Unreadable("has samples before it says how they are coded (no 'COMM' chunk)");
                    return StartOfSound(chunk.Size, common, chunks);
                default:
                    chunks.SkipRest(chunk.Id, chunk.Size);
                    break;
            }
        }
        if (common is { Frames: 0 }) return new(common, 0, null);
        throw chunks.Unreadable($"ends after {source.Position:N0} bytes without {(common is null ? "a 'COMM' and " : "")}an 'SSND' chunk");
    }

    static bool ReadMagic(ForwardReader source, ChunkReader chunks)
    {
        Span<byte> head = stackalloc byte[12];
        if (source.Read(head) < head.Length) throw chunks.Unreadable($"has only {source.Position} bytes");
        string form = Encoding.Latin1.GetString(head[8..]);
        bool isAiff = head.StartsWith("FORM"u8) && form is ("AIFF" or "AIFC");
        if (!isAiff) throw chunks.Unreadable("does not begin with FORM and AIFF or AIFC");
        return form == "AIFC";
    }

    static AiffHeader StartOfSound(uint size, AiffCommonChunk common, ChunkReader chunks)
    {
        byte[] head = new byte[SoundHeadBytes];
        if (chunks.Source.Read(head) < head.Length) throw chunks.Unreadable("ends inside the head of its 'SSND' chunk");
        uint offset = Bytes.UInt32(head, bigEndian: true);
        bool isOutside = offset > 0 && offset + (long)SoundHeadBytes > size;
        if (isOutside) throw chunks.Unreadable($"has samples {offset:N0} bytes into a chunk of {size:N0}");
        chunks.Skip("SSND", offset);
        return WithSizes(common, (long)size - SoundHeadBytes - offset);
    }

    /// <summary>
    /// COMM counts the frames, SSND its bytes. The smaller holds, except that a zero is a writer that never came back to fill it in.
    /// </summary>
    static AiffHeader WithSizes(AiffCommonChunk common, long chunkBytes)
    {
        int frameBytes = common.Format.Channels * common.Coding.BytesOf();
        long counted = (long)common.Frames * frameBytes;
        if (chunkBytes <= 0 || counted == 0) return new(common, Math.Max(0, Math.Max(chunkBytes, counted)), null);
        string? warning = counted <= chunkBytes
            ? null
            : $"The header announces {common.Frames:N0} frames, the samples' chunk has room for {chunkBytes / frameBytes:N0}.";
        return new(common, Math.Min(chunkBytes, counted), warning);
    }
}
