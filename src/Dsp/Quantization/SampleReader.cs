using System.Runtime.InteropServices;

namespace DgxMusic.Dsp.Quantization;

/// <summary>The bytes of a file to samples: integers divided by 2^(bits − 1), floats as they are.</summary>
public static class SampleReader
{
    /// <summary>Samples taken at once: they stay in the nearest cache between decoding and sorting by channel.</summary>
    const int ChunkSamples = 2048;

    /// <summary>Reads interleaved little-endian frames, as many as the destination holds.</summary>
    /// <param name="interleaved">Frames × channels × bytes a sample.</param>
    /// <param name="destination">Filled. Samples are taken as they are: what is no number stays none.</param>
    public static void Read(ReadOnlySpan<byte> interleaved, SampleFormat format, AudioBuffer destination)
    {
        int sampleBytes = format.BytesOf(), channels = destination.Channels;
        if (interleaved.Length < (long)destination.Frames * sampleBytes * channels) throw new ArgumentException("Too short for the frames.", nameof(interleaved));
        if (channels == 1)
        {
            SampleCodes.Decode(interleaved, format, destination[0]);
            return;
        }

        if (format == SampleFormat.Float32 && BitConverter.IsLittleEndian)
        {
            Sort(MemoryMarshal.Cast<byte, uint>(interleaved), destination, 0, destination.Frames);
            return;
        }

        int chunkFrames = Math.Max(1, ChunkSamples / channels);
        int done = channels == 2 ? StereoCodes.Decode(interleaved, format, destination[0], destination[1]) : 0;
        Span<float> mixed = stackalloc float[Math.Max(ChunkSamples, channels)];
        for (int from = done; from < destination.Frames; from += chunkFrames)
        {
            int frames = Math.Min(chunkFrames, destination.Frames - from);
            Span<float> chunk = mixed[..(frames * channels)];
            SampleCodes.Decode(interleaved.Slice(from * sampleBytes * channels, frames * sampleBytes * channels), format, chunk);
            Sort(MemoryMarshal.Cast<float, uint>(chunk), destination, from, frames);
        }
    }

    static void Sort(ReadOnlySpan<uint> interleaved, AudioBuffer destination, int from, int frames)
    {
        if (destination.Channels == 2) Interleaving.Split(interleaved, Place(destination, 0, from, frames), Place(destination, 1, from, frames));
        else for (int channel = 0; channel < destination.Channels; channel++) Interleaving.SplitScalar(interleaved, destination.Channels, channel, Place(destination, channel, from, frames));
    }

    static Span<uint> Place(AudioBuffer destination, int channel, int from, int frames) => MemoryMarshal.Cast<float, uint>(destination[channel].Slice(from, frames));
}
