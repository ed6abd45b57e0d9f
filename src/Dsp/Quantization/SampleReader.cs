using System.Buffers.Binary;

namespace DgxMusic.Dsp.Quantization;

/// <summary>The bytes of a file to samples: integers divided by 2^(bits − 1), floats as they are.</summary>
public static class SampleReader
{
    /// <summary>Reads interleaved little-endian frames, as many as the destination holds.</summary>
    /// <param name="interleaved">Frames × channels × bytes a sample.</param>
    /// <param name="destination">Filled. Samples are taken as they are: what is no number stays none.</param>
    public static void Read(ReadOnlySpan<byte> interleaved, SampleFormat format, AudioBuffer destination)
    {
        int sampleBytes = format.BytesOf();
        int frameBytes = sampleBytes * destination.Channels;
        if (interleaved.Length < (long)destination.Frames * frameBytes) throw new ArgumentException("Too short for the frames.", nameof(interleaved));
        if (destination.Frames == 0) return;
        for (int channel = 0; channel < destination.Channels; channel++)
        {
            ReadChannel(interleaved[(channel * sampleBytes)..], format, frameBytes, destination[channel]);
        }
    }

    static void ReadChannel(ReadOnlySpan<byte> first, SampleFormat format, int frameBytes, Span<float> samples)
    {
        switch (format)
        {
            case SampleFormat.UInt8:
                for (int i = 0; i < samples.Length; i++) samples[i] = (first[i * frameBytes] - 128) * (1f / 128);
                break;
            case SampleFormat.Int16:
                for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(first[(i * frameBytes)..]) * (1f / 32_768);
                break;
            case SampleFormat.Int24:
                for (int i = 0; i < samples.Length; i++) samples[i] = ReadInt24(first.Slice(i * frameBytes, 3)) * (1f / 8_388_608);
                break;
            case SampleFormat.Int32:
                for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt32LittleEndian(first[(i * frameBytes)..]) * (1f / 2_147_483_648);
                break;
            case SampleFormat.Float32:
                for (int i = 0; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadSingleLittleEndian(first[(i * frameBytes)..]);
                break;
            case SampleFormat.Float64:
                for (int i = 0; i < samples.Length; i++) samples[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(first[(i * frameBytes)..]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }

    /// <summary>The third byte carries the sign.</summary>
    static int ReadInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | ((sbyte)bytes[2] << 16);
}
