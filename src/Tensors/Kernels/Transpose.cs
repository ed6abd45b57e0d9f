using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DgxMusic.Tensors.Kernels;

/// <summary>Rows become columns. Moves values, computes nothing.</summary>
static unsafe class Transpose
{
    const int Side = 4, Line = 16;

    /// <param name="fromStep">From row to row of the source.</param>
    /// <param name="toStep">From row to row of the result, which has <paramref name="columns"/> of them.</param>
    internal static void Run(float* from, long fromStep, int rows, int columns, float* to, long toStep)
    {
        // A cache line of each row at a time. Without it a result whose rows lie a power of two apart throws its own lines out of the cache (11 times slower).
        for (int left = 0; left < columns; left += Line) Band(from + left, fromStep, rows, Math.Min(Line, columns - left), to + (left * toStep), toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Band(float* from, long fromStep, int rows, int columns, float* to, long toStep)
    {
        int row = 0;
        for (; (Sse.IsSupported || AdvSimd.Arm64.IsSupported) && row <= rows - Side; row += Side)
        {
            float* source = from + (row * fromStep), target = to + row;
            int column = 0;
            for (; column <= columns - Side; column += Side, source += Side, target += Side * toStep) FourByFour(source, fromStep, target, toStep);
            for (; column < columns; column++, source++, target += toStep)
            {
                for (int i = 0; i < Side; i++) target[i] = source[i * fromStep];
            }
        }

        for (; row < rows; row++)
        {
            float* source = from + (row * fromStep), target = to + row;
            for (int column = 0; column < columns; column++, target += toStep) *target = source[column];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void FourByFour(float* from, long fromStep, float* to, long toStep)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + fromStep);
        Vector128<float> c = Vector128.Load(from + (2 * fromStep)), d = Vector128.Load(from + (3 * fromStep));
        var (acLow, acHigh) = Zip(a, c);
        var (bdLow, bdHigh) = Zip(b, d);
        var (first, second) = Zip(acLow, bdLow);
        var (third, fourth) = Zip(acHigh, bdHigh);
        first.Store(to);
        second.Store(to + toStep);
        third.Store(to + (2 * toStep));
        fourth.Store(to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector128<float> Low, Vector128<float> High) Zip(Vector128<float> a, Vector128<float> b) => Sse.IsSupported
        ? (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b)) : (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
}
