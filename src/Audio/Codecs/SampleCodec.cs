using System.Runtime.InteropServices;
using DgxMusic.Dsp;

namespace DgxMusic.Audio.Codecs;

/// <summary>Between interleaved little-endian bytes and planar float32. PCM of b bits is scaled by 2^(b−1) both ways.</summary>
static class SampleCodec
{
    /// <param name="bytes">Whole frames, interleaved.</param>
    /// <param name="block">Receives them from its start.</param>
    public static void Decode(ReadOnlySpan<byte> bytes, SampleCoding coding, AudioBuffer block)
    {
        int frames = bytes.Length / (SampleCodings.BytesOf(coding) * block.Channels);
        for (int channel = 0; channel < block.Channels; channel++) DecodeChannel(bytes, coding, block[channel][..frames], channel, block.Channels);
    }

    /// <summary>Rounds to nearest and clamps to the codes there are.</summary>
    /// <param name="bytes">Receives all frames of the block, interleaved.</param>
    public static void Encode(AudioBuffer block, SampleCoding coding, Span<byte> bytes)
    {
        for (int channel = 0; channel < block.Channels; channel++) EncodeChannel(block[channel], coding, bytes, channel, block.Channels);
    }

    static void DecodeChannel(ReadOnlySpan<byte> bytes, SampleCoding coding, Span<float> samples, int channel, int stride)
    {
        switch (coding)
        {
            case SampleCoding.Unsigned8:
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) samples[i] = (bytes[at] - 128) / 128f;
                break;
            case SampleCoding.Signed8:
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) samples[i] = (sbyte)bytes[at] / 128f;
                break;
            case SampleCoding.Pcm16:
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) samples[i] = shorts[at] / 32768f;
                break;
            case SampleCoding.Pcm24:
                for (int i = 0, at = 3 * channel; i < samples.Length; i++, at += 3 * stride) samples[i] = Int24(bytes[at..]) / 8388608f;
                break;
            case SampleCoding.Pcm32:
                var ints = MemoryMarshal.Cast<byte, int>(bytes);
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) samples[i] = ints[at] / 2147483648f;
                break;
            case SampleCoding.Float32:
                var floats = MemoryMarshal.Cast<byte, float>(bytes);
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) samples[i] = floats[at];
                break;
            default:
                var doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) samples[i] = (float)doubles[at];
                break;
        }
    }

    static int Int24(ReadOnlySpan<byte> bytes) => (bytes[0] << 8 | bytes[1] << 16 | bytes[2] << 24) >> 8;

    static void EncodeChannel(ReadOnlySpan<float> samples, SampleCoding coding, Span<byte> bytes, int channel, int stride)
    {
        switch (coding)
        {
            case SampleCoding.Pcm16:
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) shorts[at] = (short)Code(samples[i], 32768.0);
                break;
            case SampleCoding.Pcm24:
                for (int i = 0, at = 3 * channel; i < samples.Length; i++, at += 3 * stride) WriteInt24(bytes[at..], Code(samples[i], 8388608.0));
                break;
            case SampleCoding.Pcm32:
                var ints = MemoryMarshal.Cast<byte, int>(bytes);
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) ints[at] = Code(samples[i], 2147483648.0);
                break;
            case SampleCoding.Float32:
                var floats = MemoryMarshal.Cast<byte, float>(bytes);
                for (int i = 0, at = channel; i < samples.Length; i++, at += stride) floats[at] = samples[i];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(coding), coding, "This coding is read, not written.");
        }
    }

    static int Code(float sample, double scale) => (int)Math.Clamp(Math.Round(sample * scale), -scale, scale - 1);

    static void WriteInt24(Span<byte> bytes, int code)
    {
        (bytes[0], bytes[1], bytes[2]) = ((byte)code, (byte)(code >> 8), (byte)(code >> 16));
    }
}
