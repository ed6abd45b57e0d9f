using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Quantization;

/// <summary>Channels beside each other to channels taking turns, and back. Values are moved, never changed, so any 32 bits will do.</summary>
/// <remarks>Registers of 512 bits take half the time of those of 256 here; where there are none, the compiler takes several.</remarks>
static class Interleaving
{
    /// <summary>Takes two channels out of interleaved frames.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Split(ReadOnlySpan<uint> interleaved, Span<uint> left, Span<uint> right)
    {
        int done = 0;
        ReadOnlySpan<ulong> frames = MemoryMarshal.Cast<uint, ulong>(interleaved);
        for (; Vector128.IsHardwareAccelerated && done <= left.Length - Vector512<uint>.Count; done += Vector512<uint>.Count)
        {
            Vector512<ulong> first = Vector512.Create(frames[done..]), second = Vector512.Create(frames[(done + Vector512<ulong>.Count)..]);
            Vector512.Narrow(first, second).CopyTo(left[done..]);
            Vector512.Narrow(first >>> 32, second >>> 32).CopyTo(right[done..]);
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
        for (; Vector128.IsHardwareAccelerated && done <= left.Length - Vector512<uint>.Count; done += Vector512<uint>.Count)
        {
            (Vector512<ulong> firstLeft, Vector512<ulong> secondLeft) = Vector512.Widen(Vector512.Create(left[done..]));
            (Vector512<ulong> firstRight, Vector512<ulong> secondRight) = Vector512.Widen(Vector512.Create(right[done..]));
            (firstLeft | (firstRight << 32)).CopyTo(frames[done..]);
            (secondLeft | (secondRight << 32)).CopyTo(frames[(done + Vector512<ulong>.Count)..]);
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
