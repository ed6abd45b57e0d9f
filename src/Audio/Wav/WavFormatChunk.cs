using System.Numerics;
using DgxMusic.Audio.Codecs;
using DgxMusic.Audio.IO;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Quantization;

namespace DgxMusic.Audio.Wav;

/// <summary>The <c>fmt</c> chunk, checked: PCM of 1 to 32 bits or IEEE float of 32 or 64.</summary>
/// <param name="BlockAlign">Bytes a frame.</param>
sealed record WavFormatChunk(AudioFormat Format, SampleFormat Coding, int BlockAlign)
{
    /// <summary>WAVEFORMAT is 16 bytes, WAVEFORMATEX 18, WAVEFORMATEXTENSIBLE 40.</summary>
    public const int LeastBytes = 16, MostBytes = 40;

    /// <param name="chunks">For the words of a fault.</param>
    /// <exception cref="PipelineException"><see cref="Problem.UnreadableAudio"/>: compressed, or fields that contradict each other;
    /// <see cref="Problem.TooManyChannels"/>: more than <see cref="AudioFormat.MostChannels"/>.</exception>
    public static WavFormatChunk Parse(ReadOnlySpan<byte> bytes, ChunkReader chunks)
    {
        int tag = Word(bytes, 0), channels = Word(bytes, 2), blockAlign = Word(bytes, 12), bits = Word(bytes, 14);
        uint rate = Bytes.UInt32(bytes[4..], bigEndian: false);
        uint? mask = null;
        if (tag == WaveFormatTag.Extensible) (tag, mask) = Extension(bytes, channels, bits, chunks);

        int bytesPerSample = (bits + 7) / 8;
        HeaderRules.CheckRateAndChannels(rate, channels, chunks);
        var coding = CodingOf(tag, bits, chunks);
        if (blockAlign != channels * bytesPerSample)
        {
            throw chunks.Unreadable($"says {blockAlign} bytes a frame, but {channels} channels of {bits} bits take {channels * bytesPerSample}");
        }
        return new(new AudioFormat((int)rate, channels, "wav", SampleFormatNames.NameOf(coding), mask), coding, blockAlign);
    }

    static (int Tag, uint? Mask) Extension(ReadOnlySpan<byte> bytes, int channels, int bits, ChunkReader chunks)
    {
        if (bytes.Length < MostBytes) throw chunks.Unreadable($"has an extensible header of {bytes.Length} bytes, where {MostBytes} are needed");
        int validBits = Word(bytes, 18), tag = Word(bytes, 24);
        if (validBits > bits) throw chunks.Unreadable($"says {validBits} valid bits in samples of {bits}");
        if (bits % 8 != 0) throw chunks.Unreadable($"says samples of {bits} bits, where whole bytes are needed");
        if (!bytes[26..40].SequenceEqual(WaveFormatTag.SubFormatTail)) throw chunks.Unreadable("has a sub-format that is neither PCM nor IEEE float");
        uint mask = Bytes.UInt32(bytes[20..], bigEndian: false);
        return (tag, BitOperations.PopCount(mask) == channels ? mask : null);
    }

    static SampleFormat CodingOf(int tag, int bits, ChunkReader chunks) => (tag, bits) switch
    {
        (WaveFormatTag.Pcm, >= 1 and <= 32) => SampleFormatNames.PcmOf(bits),
        (WaveFormatTag.Pcm, _) => throw chunks.Unreadable($"says PCM of {bits} bits; 1 to 32 are read"),
        (WaveFormatTag.IeeeFloat, 32 or 64) => SampleFormatNames.FloatOf(bits),
        (WaveFormatTag.IeeeFloat, _) => throw chunks.Unreadable($"says float of {bits} bits; 32 and 64 are read"),
        _ => throw chunks.Unreadable($"is compressed (format tag 0x{tag:X4}); PCM and IEEE float are read"),
    };

    static int Word(ReadOnlySpan<byte> bytes, int at) => Bytes.UInt16(bytes[at..], bigEndian: false);
}
