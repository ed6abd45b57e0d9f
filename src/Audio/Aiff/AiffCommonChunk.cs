using System.Text;
using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Audio.Aiff;

/// <summary>The <c>COMM</c> chunk, checked.</summary>
/// <param name="IsAiffOrder">Big-endian, and signed where samples have 8 bits; false where a compression type says otherwise.</param>
sealed record AiffCommonChunk(AudioFormat Format, SampleFormat Coding, bool IsAiffOrder, uint Frames)
{
    const int PlainBytes = 18, CompressedBytes = 22;

    /// <summary>What is kept of the chunk; in AIFC the name of the compression follows, for people.</summary>
    public const int LeastBytes = PlainBytes, MostBytes = CompressedBytes;

    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: compressed, or fields that make no sense;
    /// <see cref="Problem.TooManyChannels"/>.</exception>
    public static AiffCommonChunk Parse(ReadOnlySpan<byte> bytes, bool isAifc, ChunkReader chunks)
    {
        if (isAifc && bytes.Length < CompressedBytes)
        {
            throw chunks.Unreadable($"is AIFC with a 'COMM' chunk of {bytes.Length} bytes, where {CompressedBytes} are needed");
        }
        int channels = Bytes.UInt16(bytes, bigEndian: true), bits = Bytes.UInt16(bytes[6..], bigEndian: true);
        double rate = ExtendedFloat.Parse(bytes.Slice(8, ExtendedFloat.Bytes));
        string compression = isAifc ? Encoding.Latin1.GetString(bytes.Slice(PlainBytes, 4)) : "NONE";

        HeaderRules.CheckRateAndChannels(rate, channels, chunks);
        var coding = CodingOf(compression, bits, chunks);
        bool isAiffOrder = !(compression is "raw " or "42n1" or "23ni" || (compression == "sowt" && coding != SampleFormat.UInt8));
        string name = coding == SampleFormat.UInt8 && isAiffOrder ? SampleFormatNames.Signed8 : SampleFormatNames.NameOf(coding);
        return new(new((int)Math.Round(rate), channels, "aiff", name), coding, isAiffOrder, Bytes.UInt32(bytes[2..], bigEndian: true));
    }

    static SampleFormat CodingOf(string compression, int bits, ChunkReader chunks) => compression switch
    {
        "NONE" or "twos" or "sowt" or "in24" or "in32" or "42n1" or "23ni" when bits is >= 1 and <= 32 => SampleFormatNames.PcmOf(bits),
        "NONE" or "twos" or "sowt" or "in24" or "in32" or "42n1" or "23ni" => throw chunks.Unreadable($"says PCM of {bits} bits; 1 to 32 are read"),
        "raw " when bits is >= 1 and <= 8 => SampleFormat.UInt8,
        "fl32" or "FL32" => SampleFormat.Float32,
        "fl64" or "FL64" => SampleFormat.Float64,
        _ => throw chunks.Unreadable($"is compressed ('{ChunkReader.Printable(compression)}'); PCM and IEEE float are read"),
    };
}
