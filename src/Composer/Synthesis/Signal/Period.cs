using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>Reads one period of a waveform at any phase by linear interpolation.</summary>
static class Period
{
    /// <param name="table">2^<paramref name="bits"/> samples of the period and its first once more.</param>
    /// <param name="bits">At most 24.</param>
    /// <param name="phases">2³² is one period.</param>
    /// <param name="output">As long as the phases.</param>
    public static unsafe void Read(float[] table, int bits, ReadOnlySpan<uint> phases, Span<float> output)
    {
        int i = 0;
        if (Avx2.IsSupported)
        {
            fixed (float* period = table)
            {
                for (; i <= output.Length - Vector256<uint>.Count; i += Vector256<uint>.Count) Gather(period, bits, Vector256.Create(phases[i..])).CopyTo(output[i..]);
            }
        }

        for (; i < output.Length; i++) output[i] = Read(table, bits, phases[i]);
    }

    /// <summary>Reads on from a phase; the increment moves by <paramref name="slope"/> a sample. All arithmetic is modulo 2³², so lanes and samples agree exactly.</summary>
    /// <returns>The phase after the last sample.</returns>
    public static unsafe uint Read(float[] table, int bits, uint phase, uint increment, uint slope, Span<float> output)
    {
        int i = 0;
        if (Avx2.IsSupported)
        {
            const uint lanes = 8;
            // Lane k is k samples on: k increments and k(k − 1)/2 slopes.
            Vector256<uint> lane = Vector256<uint>.Indices, phases = Vector256.Create(phase) + (lane * increment) + (((lane * (lane - Vector256<uint>.One)) >> 1) * slope);
            Vector256<uint> increments = Vector256.Create(increment) + (lane * slope);
            fixed (float* period = table)
            {
                for (; i <= output.Length - (int)lanes; i += (int)lanes)
                {
                    Gather(period, bits, phases).CopyTo(output[i..]);
                    phases += (increments * lanes) + Vector256.Create(lanes * (lanes - 1) / 2 * slope);
                    increments += Vector256.Create(lanes * slope);
                }
            }

            (phase, increment) = (phases[0], increments[0]);
        }

        for (; i < output.Length; i++)
        {
            output[i] = Read(table, bits, phase);
            phase += increment;
            increment += slope;
        }

        return phase;
    }

    // Reading a table is most of what an oscillator does, and only a gather makes lanes of it: 1.6 times the definition's speed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe Vector256<float> Gather(float* period, int bits, Vector256<uint> phase)
    {
        Vector256<int> index = (phase >> (32 - bits)).AsInt32();
        Vector256<float> fraction = Vector256.ConvertToSingle(((phase << bits) >> 8).AsInt32()) * (1f / 16777216f);
        Vector256<float> here = Avx2.GatherVector256(period, index, sizeof(float)), after = Avx2.GatherVector256(period + 1, index, sizeof(float));
        return here + (fraction * (after - here));
    }

    /// <summary>The definition of <see cref="Read(float[], int, ReadOnlySpan{uint}, Span{float})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(float[] table, int bits, uint phase)
    {
        ref float here = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(table), phase >> (32 - bits));
        float fraction = (int)((phase << bits) >> 8) * (1f / 16777216f);
        return here + (fraction * (Unsafe.Add(ref here, 1) - here));
    }
}
