using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Quantization;

/// <summary>Samples in a row, as the bytes of a file have them, little-endian.</summary>
/// <remarks>
/// The loops are optimised from their first call: a whole file is read before the compiler would come back to them. It takes no static field for a
/// constant then, so the orders of bytes are properties.
/// </remarks>
static class SampleCodes
{
    const int Bytes24 = 3;
    const float Scale16 = 1f / 32_768, Scale24 = 1f / 8_388_608, Scale32 = 1f / 2_147_483_648;

    /// <summary>Three bytes to the upper three of four; the lowest becomes 0.</summary>
    static Vector128<byte> Spread24 => Vector128.Create((byte)255, 0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11);

    /// <summary>The lower three bytes of four; the last four are left over.</summary>
    static Vector128<byte> Gather24 => Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);

    /// <param name="bytes">At least those of the samples.</param>
    /// <param name="samples">Filled.</param>
    public static void Decode(ReadOnlySpan<byte> bytes, SampleFormat format, Span<float> samples)
    {
        int done = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            done = format switch
            {
                SampleFormat.Int16 => Decode16(MemoryMarshal.Cast<byte, short>(bytes), samples),
                SampleFormat.Int24 => Decode24(bytes, samples),
                SampleFormat.Int32 => Decode32(MemoryMarshal.Cast<byte, int>(bytes), samples),
                SampleFormat.Float32 => Copy(bytes, samples),
                _ => 0,
            };
        }

        DecodeScalar(bytes, format, samples, done);
    }

    /// <summary>The definition of <see cref="Decode"/>.</summary>
    internal static void DecodeScalar(ReadOnlySpan<byte> bytes, SampleFormat format, Span<float> samples, int start = 0)
    {
        switch (format)
        {
            case SampleFormat.UInt8:
                for (int i = start; i < samples.Length; i++) samples[i] = (bytes[i] - 128) * (1f / 128);
                break;
            case SampleFormat.Int16:
                for (int i = start; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) * Scale16;
                break;
            case SampleFormat.Int24:
                for (int i = start; i < samples.Length; i++) samples[i] = ReadInt24(bytes.Slice(Bytes24 * i, Bytes24)) * Scale24;
                break;
            case SampleFormat.Int32:
                for (int i = start; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]) * Scale32;
                break;
            case SampleFormat.Float32:
                for (int i = start; i < samples.Length; i++) samples[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                break;
            case SampleFormat.Float64:
                for (int i = start; i < samples.Length; i++) samples[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }

    /// <summary>Codes, or the bits of floats, to the bytes of a file.</summary>
    /// <param name="bytes">At least those of the codes.</param>
    public static void Pack(ReadOnlySpan<int> codes, BitDepth depth, Span<byte> bytes)
    {
        int done = 0;
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian)
        {
            done = depth switch
            {
                BitDepth.Pcm16 => Pack16(codes, MemoryMarshal.Cast<byte, short>(bytes)),
                BitDepth.Pcm24 => Pack24(codes, bytes),
                _ => Copy(codes, bytes),
            };
        }

        PackScalar(codes, depth, bytes, done);
    }

    /// <summary>The definition of <see cref="Pack"/>.</summary>
    internal static void PackScalar(ReadOnlySpan<int> codes, BitDepth depth, Span<byte> bytes, int start = 0)
    {
        switch (depth)
        {
            case BitDepth.Pcm16:
                for (int i = start; i < codes.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * i)..], (short)codes[i]);
                break;
            case BitDepth.Pcm24:
                for (int i = start; i < codes.Length; i++) WriteInt24(codes[i], bytes.Slice(Bytes24 * i, Bytes24));
                break;
            default:
                for (int i = start; i < codes.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], codes[i]);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Decode16(ReadOnlySpan<short> codes, Span<float> samples)
    {
        int i = 0;
        for (; i <= samples.Length - Vector256<short>.Count; i += Vector256<short>.Count)
        {
            (Vector256<int> lower, Vector256<int> upper) = Vector256.Widen(Vector256.Create(codes[i..]));
            (Vector256.ConvertToSingle(lower) * Scale16).CopyTo(samples[i..]);
            (Vector256.ConvertToSingle(upper) * Scale16).CopyTo(samples[(i + Vector256<float>.Count)..]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Decode24(ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        int i = 0;
        // A load takes four bytes more than it uses.
        for (; i <= samples.Length - Vector128<float>.Count && (Bytes24 * i) + Vector128<byte>.Count <= bytes.Length; i += Vector128<float>.Count)
        {
            Vector128<int> codes = Vector128.Shuffle(Vector128.Create(bytes[(Bytes24 * i)..]), Spread24).AsInt32() >> 8;
            (Vector128.ConvertToSingle(codes) * Scale24).CopyTo(samples[i..]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Decode32(ReadOnlySpan<int> codes, Span<float> samples)
    {
        int i = 0;
        for (; i <= samples.Length - Vector256<int>.Count; i += Vector256<int>.Count) (Vector256.ConvertToSingle(Vector256.Create(codes[i..])) * Scale32).CopyTo(samples[i..]);
        return i;
    }

    static int Copy(ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        bytes[..(samples.Length * sizeof(float))].CopyTo(MemoryMarshal.AsBytes(samples));
        return samples.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Pack16(ReadOnlySpan<int> codes, Span<short> destination)
    {
        int i = 0;
        for (; i <= codes.Length - Vector256<short>.Count; i += Vector256<short>.Count)
            Vector256.Narrow(Vector256.Create(codes[i..]), Vector256.Create(codes[(i + Vector256<int>.Count)..])).CopyTo(destination[i..]);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Pack24(ReadOnlySpan<int> codes, Span<byte> bytes)
    {
        int i = 0;
        // A store writes four bytes more than it means; the next one overwrites them.
        for (; i <= codes.Length - Vector128<int>.Count && (Bytes24 * i) + Vector128<byte>.Count <= bytes.Length; i += Vector128<int>.Count)
            Vector128.Shuffle(Vector128.Create(codes[i..]).AsByte(), Gather24).CopyTo(bytes[(Bytes24 * i)..]);
        return i;
    }

    static int Copy(ReadOnlySpan<int> codes, Span<byte> bytes)
    {
        MemoryMarshal.AsBytes(codes).CopyTo(bytes);
        return codes.Length;
    }

    /// <summary>The third byte carries the sign.</summary>
    static int ReadInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | ((sbyte)bytes[2] << 16);

    static void WriteInt24(int code, Span<byte> place) => (place[0], place[1], place[2]) = ((byte)code, (byte)(code >> 8), (byte)(code >> 16));
}
