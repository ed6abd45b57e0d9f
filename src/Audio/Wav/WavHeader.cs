using System.Buffers.Binary;
using System.Text;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;

namespace DgxMusic.Audio.Wav;

/// <summary>
/// All that comes before the samples of a WAV file. Source: the RIFF and WAVEFORMATEX specifications of IBM and Microsoft, EBU Tech 3306 (RF64) and
/// ITU-R BS.2088 (BW64).
/// </summary>
/// <param name="DataBytes">Size of the data chunk as announced; null where the writer streamed and did not know.</param>
sealed record WavHeader(WavFormatChunk Layout, long? DataBytes)
{
    /// <summary>What a 32-bit size says when the real one is in <c>ds64</c>, or not known.</summary>
    const uint Unknown = uint.MaxValue;

    /// <summary>SoX on a pipe announces as many frames as fit below this; others announce 2³¹−1 or 2³¹.</summary>
    const uint LowestPlaceholder = 0x7FFF_F000, HighestPlaceholder = 0x8000_0000;

    /// <summary>Reads up to the first sample.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/> or <see cref="Problem.TooManyChannels"/>.</exception>
    public static WavHeader Read(ForwardReader source)
    {
        var chunks = new ChunkReader(source, "WAV", bigEndian: false);
        var (wide, riffBytes) = ReadMagic(source, chunks);
        ulong? wideDataBytes = null;
        WavFormatChunk? layout = null;
        while (chunks.Next() is { } chunk)
        {
            switch (chunk.Id)
            {
                case "ds64" when wide:
                    byte[] sizes = chunks.Content(chunk.Id, chunk.Size, least: 24, most: 24);
                    riffBytes = BinaryPrimitives.ReadUInt64LittleEndian(sizes);
                    wideDataBytes = BinaryPrimitives.ReadUInt64LittleEndian(sizes.AsSpan(8));
                    break;
                case "fmt ":
                    layout = WavFormatChunk.Parse(chunks.Content(chunk.Id, chunk.Size, WavFormatChunk.LeastBytes, WavFormatChunk.MostBytes), chunks);
                    break;
                case "data":
                    if (layout is null) throw chunks.Unreadable("has samples before it says how they are coded (no 'fmt' chunk)");
                    if (chunk.Size == Unknown && !wide) return new(layout, null);
                    ulong announced = chunk.Size;
                    if (chunk.Size == Unknown) announced = wideDataBytes ?? throw chunks.Unreadable("is RF64 without a 'ds64' chunk");
                    return new(layout, DataBytesOf(announced, riffBytes, layout.BlockAlign, source));
                default:
                    chunks.SkipRest(chunk.Id, chunk.Size);
                    break;
            }
        }
        throw chunks.Unreadable($"ends after {source.Position:N0} bytes without {(layout is null ? "a 'fmt' and " : "")}a 'data' chunk");
    }

    static (bool Wide, ulong RiffBytes) ReadMagic(ForwardReader source, ChunkReader chunks)
    {
        Span<byte> head = stackalloc byte[12];
        if (source.Read(head) < head.Length) throw chunks.Unreadable($"has only {source.Position} bytes");
        string magic = Encoding.Latin1.GetString(head[..4]);
        if (magic is not ("RIFF" or "RF64" or "BW64") || !head[8..].SequenceEqual("WAVE"u8))
        {
            throw chunks.Unreadable("does not begin with RIFF, RF64 or BW64 and WAVE");
        }
        return (magic != "RIFF", BinaryPrimitives.ReadUInt32LittleEndian(head[4..]));
    }

    /// <summary>
    /// What is there is believed. Beyond that, a writer on a pipe leaves a placeholder. Zero is one too, unless the RIFF size counts chunks
    /// behind the data: then the file really has no samples.
    /// </summary>
    static long? DataBytesOf(ulong announced, ulong riffBytes, int blockAlign, ForwardReader source)
    {
        if (announced > 0 && announced <= (ulong)(source.Available ?? 0)) return (long)announced;
        if (announced is Unknown or ulong.MaxValue) return null;
        if (announced > LowestPlaceholder - (uint)blockAlign && announced <= LowestPlaceholder) return null;
        if (announced is HighestPlaceholder - 1 or HighestPlaceholder) return null;
        if (announced > 0) return (long)Math.Min(announced, long.MaxValue);
        bool chunksFollow = riffBytes is > 0 and < LowestPlaceholder && riffBytes + 8 > (ulong)source.Position;
        return chunksFollow ? 0 : null;
    }
}
