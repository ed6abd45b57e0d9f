using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DgxMusic.Contracts;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Quantization;

/// <summary>
/// Samples to the bytes of a file. Integers: clamped to ±1, times 2^(bits − 1), rounded to the nearest step, +1 becomes the highest code.
/// Float: as it is, beyond ±1 too.
/// </summary>
public static class Quantizer
{
    /// <summary>Samples taken at once: they stay in the nearest cache from step to step.</summary>
    const int ChunkSamples = 2048;

    /// <summary>Writes frames interleaved, little-endian.</summary>
    /// <param name="audio">Nominal ±1.</param>
    /// <param name="destination">Frames × channels × bytes a sample.</param>
    /// <param name="dither">For 16 bit only, where the source has finer steps; exact zeros stay exact zeros.</param>
    /// <param name="firstFrame">Number of the block's first frame; counts for dither only.</param>
    /// <exception cref="PipelineException"><see cref="Problem.InvalidSamples"/>: a sample is not a finite number.</exception>
    public static void Write(AudioBuffer audio, BitDepth depth, Span<byte> destination, Dither? dither = null, long firstFrame = 0)
    {
        int frameBytes = BitDepths.BytesOf(depth) * audio.Channels;
        if (destination.Length < (long)audio.Frames * frameBytes) throw new ArgumentException("Too short for the frames.", nameof(destination));
        if (dither is not null && depth != BitDepth.Pcm16) throw new ArgumentException("Dither is for 16 bit.", nameof(dither));

        int channels = audio.Channels, chunkFrames = Math.Max(1, ChunkSamples / channels);
        Span<int> codes = stackalloc int[Math.Max(ChunkSamples, channels)], mixed = stackalloc int[channels == 1 ? 0 : codes.Length];
        for (int from = 0; from < audio.Frames; from += chunkFrames)
        {
            int frames = Math.Min(chunkFrames, audio.Frames - from);
            for (int channel = 0; channel < channels; channel++) Samples.RequireFinite(audio[channel].Slice(from, frames), channel, firstFrame + from);
            Span<byte> place = destination.Slice(from * frameBytes, frames * frameBytes);
            int done = channels == 2 && dither is null ? WriteStereo(audio[0].Slice(from, frames), audio[1].Slice(from, frames), depth, place) : 0;
            int rest = frames - done;
            for (int channel = 0; channel < channels; channel++)
                Encode(audio[channel].Slice(from + done, rest), codes[(channel * rest)..], depth, dither, channel, firstFrame + from + done);
            place = place[(done * frameBytes)..];
            if (channels == 1) SampleCodes.Pack(codes[..rest], depth, place);
            else SampleCodes.Pack(Join(codes[..(rest * channels)], channels, mixed), depth, place);
        }
    }

    /// <returns>Frames done, from the first.</returns>
    static int WriteStereo(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BitDepth depth, Span<byte> place)
    {
        if (depth != BitDepth.Float || !BitConverter.IsLittleEndian) return StereoCodes.Encode(left, right, depth, place);
        Interleaving.Join(MemoryMarshal.Cast<float, uint>(left), MemoryMarshal.Cast<float, uint>(right), MemoryMarshal.Cast<byte, uint>(place));
        return left.Length;
    }

    /// <returns>The part of <paramref name="mixed"/> that the channels fill, which stand one after the other in <paramref name="codes"/>.</returns>
    static ReadOnlySpan<int> Join(ReadOnlySpan<int> codes, int channels, Span<int> mixed)
    {
        int frames = codes.Length / channels;
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<int, uint>(codes);
        Span<uint> to = MemoryMarshal.Cast<int, uint>(mixed[..codes.Length]);
        if (channels == 2) Interleaving.Join(from[..frames], from[frames..], to);
        else for (int channel = 0; channel < channels; channel++) Interleaving.JoinScalar(from.Slice(channel * frames, frames), channels, channel, to);
        return mixed[..codes.Length];
    }

    static void Encode(ReadOnlySpan<float> samples, Span<int> codes, BitDepth depth, Dither? dither, int channel, long firstFrame)
    {
        if (depth == BitDepth.Float) MemoryMarshal.Cast<float, int>(samples).CopyTo(codes);
        else if (dither is { } noise) Encode(samples, codes, noise, channel, firstFrame);
        else Encode(samples, codes, depth);
    }

    /// <summary>Codes of samples, all of <paramref name="samples"/>.</summary>
    /// <param name="codes">At least as many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Encode(ReadOnlySpan<float> samples, Span<int> codes, BitDepth depth)
    {
        (float scale, int highest) = ScaleOf(depth);
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= samples.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> clamped = Vector.Min(Vector.Max(new Vector<float>(samples[i..]), -Vector<float>.One), Vector<float>.One);
            Vector<int> rounded = Vector.ConvertToInt32(Vector.Round(clamped * scale));
            Vector.Min(rounded, new Vector<int>(highest)).CopyTo(codes[i..]);
        }

        EncodeScalar(samples, codes, depth, i);
    }

    /// <summary>The definition of <see cref="Encode(ReadOnlySpan{float}, Span{int}, BitDepth)"/>.</summary>
    internal static void EncodeScalar(ReadOnlySpan<float> samples, Span<int> codes, BitDepth depth, int start = 0)
    {
        (float scale, int highest) = ScaleOf(depth);
        for (int i = start; i < samples.Length; i++) codes[i] = Encode(samples[i], scale, highest);
    }

    static void Encode(ReadOnlySpan<float> samples, Span<int> codes, Dither dither, int channel, long firstFrame)
    {
        (float scale, int highest) = ScaleOf(BitDepth.Pcm16);
        for (int i = 0; i < samples.Length; i++)
        {
            // In units of the sample, so that clamping comes last and noise cannot wrap a full-scale sample around.
            float noise = samples[i] == 0f ? 0f : dither.At(channel, firstFrame + i) / scale;
            codes[i] = Encode(samples[i] + noise, scale, highest);
        }
    }

    /// <summary>Ties go to the even step. The conversion saturates, so that +1 in 32 bits is the highest code as well.</summary>
    static int Encode(float sample, float scale, int highest) =>
        Math.Min((int)MathF.Round(MathF.Min(MathF.Max(sample, -1f), 1f) * scale), highest);

    static (float Scale, int Highest) ScaleOf(BitDepth depth) => depth switch
    {
        BitDepth.Pcm16 => (32_768f, short.MaxValue),
        BitDepth.Pcm24 => (8_388_608f, 8_388_607),
        BitDepth.Pcm32 => (2_147_483_648f, int.MaxValue),
        _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, "Not an integer format."),
    };
}
