using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

/// <summary>Sums over one block of values.</summary>
/// <remarks>
/// Value i is added in float to partial sum i mod 64, at most 64 terms each; these are folded twice in float and then added in double.
/// So every width gives the same bits, and the relative error of a sum of squares is below 66 · 2⁻²⁴.
/// </remarks>
static unsafe class MomentKernel<L, V> where L : ILanes<V> where V : unmanaged
{
    internal const int Block = 4096, Partials = 64;

    /// <summary>Lanes of the longest vector: down to so many the partial sums are folded in float.</summary>
    const int Widest = 16;

    internal static (double Mean, double SquaredDistances) Run(float* from, int count)
    {
        if (count == 0) return (0, 0);
        double sum = Sum(from, count, 0, squares: false);
        float centre = (float)(sum / count);
        double squares = Sum(from, count, centre, squares: true);

        // The centre is rounded; what it is off by is taken back (Steiner).
        double off = (sum / count) - centre;
        return (sum / count, Math.Max(0, squares - (off * off * count)));
    }

    internal static double Energy(float* from, int count) => Sum(from, count, 0, squares: true);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double Sum(float* from, int count, float centre, bool squares)
    {
        float* partials = stackalloc float[Partials];
        new Span<float>(partials, Partials).Clear();
        V c = L.Fill(centre);
        int i = 0;
        for (; i <= count - Partials; i += Partials)
        {
            for (int lane = 0; lane < Partials; lane += L.Count)
            {
                V value = L.Subtract(L.Load(from + i + lane), c), partial = L.Load(partials + lane);
                L.Store(squares ? L.MultiplyAdd(value, value, partial) : L.Add(partial, value), partials + lane);
            }
        }

        for (int lane = 0; i < count; i++, lane++)
        {
            float value = from[i] - centre;
            partials[lane] = squares ? MathF.FusedMultiplyAdd(value, value, partials[lane]) : partials[lane] + value;
        }

        for (int half = Partials / 2; half >= Widest; half /= 2)
        {
            for (int lane = 0; lane < half; lane += L.Count) L.Store(L.Add(L.Load(partials + lane), L.Load(partials + lane + half)), partials + lane);
        }

        double total = 0;
        for (int lane = 0; lane < Widest; lane++) total += partials[lane];
        return total;
    }
}
