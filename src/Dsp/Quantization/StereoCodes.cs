using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DgxMusic.Contracts;

namespace DgxMusic.Dsp.Quantization;

/// <summary>
/// Two channels straight to the bytes of a file and back, for the codings most files have. The definition is the way by <see cref="SampleCodes"/> and
/// <see cref="Interleaving"/>: same operations on each sample, so the same bits, in one traversal instead of three.
/// </summary>
static class StereoCodes
{
    const int Bytes24 = 6;
    const float Scale16 = 1f / 32_768, Scale24 = 1f / 8_388_608;

    /// <summary>One channel's three bytes of two frames to the upper three of four, in the lower or the upper half; all else becomes 0.</summary>
    static Vector128<byte> LeftLower => Vector128.Create((byte)255, 0, 1, 2, 255, 6, 7, 8, 255, 255, 255, 255, 255, 255, 255, 255);
    static Vector128<byte> LeftUpper => Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 1, 2, 255, 6, 7, 8);
    static Vector128<byte> RightLower => Vector128.Create((byte)255, 3, 4, 5, 255, 9, 10, 11, 255, 255, 255, 255, 255, 255, 255, 255);
    static Vector128<byte> RightUpper => Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 3, 4, 5, 255, 9, 10, 11);

    /// <summary>The lower three bytes of four; the last four are left over.</summary>
    static Vector128<byte> Gather24 => Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);

    /// <returns>Frames done, from the first; the rest is the definition's.</returns>
    public static int Decode(ReadOnlySpan<byte> bytes, SampleFormat format, Span<float> left, Span<float> right)
    {
        if (!Vector128.IsHardwareAccelerated || !BitConverter.IsLittleEndian) return 0;
        return format switch
        {
            SampleFormat.Int16 => Decode16(MemoryMarshal.Cast<byte, int>(bytes), left, right),
            SampleFormat.Int24 => Decode24(bytes, left, right),
            _ => 0,
        };
    }

    /// <param name="left">Finite, as those of <paramref name="right"/>.</param>
    /// <inheritdoc cref="Decode"/>
    public static int Encode(ReadOnlySpan<float> left, ReadOnlySpan<float> right, BitDepth depth, Span<byte> bytes)
    {
        if (!Vector128.IsHardwareAccelerated || !BitConverter.IsLittleEndian) return 0;
        return depth switch
        {
            BitDepth.Pcm16 => Encode16(left, right, MemoryMarshal.Cast<byte, int>(bytes)),
            BitDepth.Pcm24 => Encode24(left, right, bytes),
            _ => 0,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Decode16(ReadOnlySpan<int> frames, Span<float> left, Span<float> right)
    {
        int i = 0;
        for (; i <= left.Length - Vector256<int>.Count; i += Vector256<int>.Count)
        {
            Vector256<int> both = Vector256.Create(frames[i..]);
            (Vector256.ConvertToSingle((both << 16) >> 16) * Scale16).CopyTo(left[i..]);
            (Vector256.ConvertToSingle(both >> 16) * Scale16).CopyTo(right[i..]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Decode24(ReadOnlySpan<byte> bytes, Span<float> left, Span<float> right)
    {
        int i = 0;
        // The second load takes four bytes more than it uses.
        for (; i <= left.Length - Vector128<int>.Count && (Bytes24 * i) + 28 <= bytes.Length; i += Vector128<int>.Count)
        {
            ReadOnlySpan<byte> place = bytes.Slice(Bytes24 * i, 28);
            Vector128<byte> first = Vector128.Create(place), second = Vector128.Create(place[12..]);
            Vector128<int> ofLeft = (Vector128.Shuffle(first, LeftLower) | Vector128.Shuffle(second, LeftUpper)).AsInt32() >> 8;
            Vector128<int> ofRight = (Vector128.Shuffle(first, RightLower) | Vector128.Shuffle(second, RightUpper)).AsInt32() >> 8;
            (Vector128.ConvertToSingle(ofLeft) * Scale24).CopyTo(left[i..]);
            (Vector128.ConvertToSingle(ofRight) * Scale24).CopyTo(right[i..]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Encode16(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<int> frames)
    {
        int i = 0;
        for (; i <= left.Length - Vector256<int>.Count; i += Vector256<int>.Count)
        {
            Vector256<int> first = Codes(Vector256.Create(left[i..]), 32_768f, short.MaxValue), second = Codes(Vector256.Create(right[i..]), 32_768f, short.MaxValue);
            ((first & Vector256.Create(0xFFFF)) | (second << 16)).CopyTo(frames[i..]);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Encode24(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<byte> bytes)
    {
        int i = 0;
        // The last store writes four bytes more than it means.
        for (; i <= left.Length - Vector256<int>.Count && (Bytes24 * i) + 52 <= bytes.Length; i += Vector256<int>.Count)
        {
            Span<byte> place = bytes.Slice(Bytes24 * i, 52);
            Vector256<uint> first = Codes(Vector256.Create(left[i..]), 8_388_608f, 8_388_607).AsUInt32(), second = Codes(Vector256.Create(right[i..]), 8_388_608f, 8_388_607).AsUInt32();
            (Vector256<ulong> firstLower, Vector256<ulong> firstUpper) = Vector256.Widen(first);
            (Vector256<ulong> secondLower, Vector256<ulong> secondUpper) = Vector256.Widen(second);
            Vector256<byte> lower = (firstLower | (secondLower << 32)).AsByte(), upper = (firstUpper | (secondUpper << 32)).AsByte();
            Vector128.Shuffle(lower.GetLower(), Gather24).CopyTo(place);
            Vector128.Shuffle(lower.GetUpper(), Gather24).CopyTo(place[12..]);
            Vector128.Shuffle(upper.GetLower(), Gather24).CopyTo(place[24..]);
            Vector128.Shuffle(upper.GetUpper(), Gather24).CopyTo(place[36..]);
        }

        return i;
    }

    /// <summary>As <see cref="Quantizer"/> defines them. What is clamped needs no conversion that saturates.</summary>
    static Vector256<int> Codes(Vector256<float> samples, float scale, int highest)
    {
        Vector256<float> clamped = Vector256.Min(Vector256.Max(samples, -Vector256<float>.One), Vector256<float>.One);
        return Vector256.Min(Vector256.ConvertToInt32Native(Vector256.Round(clamped * scale)), Vector256.Create(highest));
    }
}
