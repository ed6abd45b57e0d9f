using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>Sine of a 32-bit phase by linear interpolation in 8,192 steps: error below 1e-7.</summary>
static class SineTable
{
    const int Bits = 13;
    static readonly float[] Samples = [.. Enumerable.Range(0, (1 << Bits) + 1).Select(i => (float)Math.Sin(2.0 * Math.PI * i / (1 << Bits)))];

    /// <param name="phase">2³² is one period.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(uint phase)
    {
        ref float table = ref MemoryMarshal.GetArrayDataReference(Samples);
        uint index = phase >> (32 - Bits);
        float fraction = (int)((phase << Bits) >> 8) * (1f / 16777216f);
        float here = Unsafe.Add(ref table, index);
        return here + (fraction * (Unsafe.Add(ref table, index + 1) - here));
    }

    /// <param name="cycles">Periods; any sign and size.</param>
    public static float Cycles(double cycles) => Read((uint)(long)((cycles - Math.Floor(cycles)) * 4294967296.0));
}
