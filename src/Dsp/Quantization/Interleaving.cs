using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Quantization;

/// <summary>Channels beside each other to channels taking turns, and back. Values are moved, never changed, so any 32 bits will do.</summary>
static class Interleaving
{
    /// <summary>Takes two channels out of interleaved frames.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Split(ReadOnlySpan<uint> interleaved, Span<uint> left, Span<uint> right)
    {
        int done = 0;
        ReadOnlySpan<ulong> frames = MemoryMarshal.Cast<uint, ulong>(interleaved);
        for (; Vector128.IsHardwareAccelerated && done <= left.Length - Vector256<uint>.Count; done += Vector256<uint>.Count)
        {
            Vector256<ulong> first = Vector256.Create(frames[done..]), second = Vector256.Create(frames[(done + Vector256<ulong>.Count)..]);
            Vector256.Narrow(first, second).CopyTo(left[done..]);
            Vector256.Narrow(first >>> 32, second >>> 32).CopyTo(right[done..]);
        }

        SplitScalar(interleaved[(2 * done)..], 2, 0, left[done..]);
        SplitScalar(interleaved[(2 * done)..], 2, 1, right[done..]);
    }

    /// <summary>The definition of <see cref="Split"/>, for any number of channels.</summary>
    public static void SplitScalar(ReadOnlySpan<uint> interleaved, int channels, int channel, Span<uint> destination)
    {
        for (int i = 0; i < destination.Length; i++) destination[i] = interleaved[(i * channels) + channel];
    }

    /// <summary>Puts two channels into interleaved frames.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Join(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<uint> interleaved)
    {
        int done = 0;
        Span<ulong> frames = MemoryMarshal.Cast<uint, ulong>(interleaved);
        for (; Vector128.IsHardwareAccelerated && done <= left.Length - Vector256<uint>.Count; done += Vector256<uint>.Count)
        {
            (Vector256<ulong> firstLeft, Vector256<ulong> secondLeft) = Vector256.Widen(Vector256.Create(left[done..]));
            (Vector256<ulong> firstRight, Vector256<ulong> secondRight) = Vector256.Widen(Vector256.Create(right[done..]));
            (firstLeft | (firstRight << 32)).CopyTo(frames[done..]);
            (secondLeft | (secondRight << 32)).CopyTo(frames[(done + Vector256<ulong>.Count)..]);
        }

        JoinScalar(left[done..], 2, 0, interleaved[(2 * done)..]);
        JoinScalar(right[done..], 2, 1, interleaved[(2 * done)..]);
    }

    /// <summary>The definition of <see cref="Join"/>, for any number of channels.</summary>
    public static void JoinScalar(ReadOnlySpan<uint> samples, int channels, int channel, Span<uint> interleaved)
    {
        for (int i = 0; i < samples.Length; i++) interleaved[(i * channels) + channel] = samples[i];
    }
}
