using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using DgxMusic.Contracts;
using DgxMusic.Dsp;

namespace DgxMusic.Pipeline.Live;

/// <summary>How samples come and go: without a header, little-endian, the channels of a frame side by side.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PcmFormat>))]
public enum PcmFormat
{
    [JsonStringEnumMemberName("f32le")] Float32,

    /// <summary>Full scale is 32768; rounded to the nearest on the way out, without dither, and cut off at full scale.</summary>
    [JsonStringEnumMemberName("s16le")] Int16,
}

/// <summary>Raw frames and samples of our own.</summary>
static class PcmFrames
{
    /// <summary>120 dB over full scale: nothing that music is, and far from where squares leave float32.</summary>
    public const float LoudestSample = 1e6f;

    const float FullScale = 32_768;

    public static int SampleBytes(PcmFormat format) => format == PcmFormat.Int16 ? sizeof(short) : sizeof(float);

    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: NaN, infinite or above 10⁶.</exception>
    public static void Check(ReadOnlySpan<byte> bytes, PcmFormat format, int channels)
    {
        if (format == PcmFormat.Int16) return;
        for (int sample = 0; sample < bytes.Length / sizeof(float); sample++)
        {
            float value = BinaryPrimitives.ReadSingleLittleEndian(bytes[(sample * sizeof(float))..]);
            if (!(Math.Abs(value) <= LoudestSample)) throw new PipelineException(Problem.InvalidSamples, $"Channel {(sample % channels) + 1} of frame {sample / channels} is {value}; samples are numbers, nominally between -1 and 1.");
        }
    }

    /// <summary>Adds frames to a stereo block; one channel becomes both.</summary>
    /// <param name="at">Where in the block the first of them goes.</param>
    public static void Decode(ReadOnlySpan<byte> bytes, PcmFormat format, int channels, AudioBuffer block, int at)
    {
        int sampleBytes = SampleBytes(format), frames = bytes.Length / (sampleBytes * channels);
        for (int channel = 0; channel < 2; channel++)
        {
            Span<float> samples = block[channel].Slice(at, frames);
            for (int n = 0; n < frames; n++)
            {
                ReadOnlySpan<byte> sample = bytes[(((n * channels) + Math.Min(channel, channels - 1)) * sampleBytes)..];
                samples[n] = format == PcmFormat.Int16 ? BinaryPrimitives.ReadInt16LittleEndian(sample) / FullScale : BinaryPrimitives.ReadSingleLittleEndian(sample);
            }
        }
    }

    /// <summary>Interleaved samples as bytes of a format.</summary>
    public static byte[] Encode(ReadOnlySpan<float> samples, PcmFormat format)
    {
        byte[] bytes = new byte[samples.Length * SampleBytes(format)];
        for (int n = 0; n < samples.Length; n++)
        {
            if (format == PcmFormat.Float32) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(n * sizeof(float)), samples[n]);
            else BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(n * sizeof(short)), (short)Math.Clamp(MathF.Round(samples[n] * FullScale), short.MinValue, short.MaxValue));
        }

        return bytes;
    }

    /// <summary>The samples of bytes as <see cref="Encode"/> writes them in <see cref="PcmFormat.Float32"/>.</summary>
    public static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        if (BitConverter.IsLittleEndian) return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        float[] samples = new float[bytes.Length / sizeof(float)];
        for (int n = 0; n < samples.Length; n++) samples[n] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(n * sizeof(float))..]);
        return samples;
    }
}
