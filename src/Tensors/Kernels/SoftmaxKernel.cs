using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

/// <summary>Softmax down columns: the keys are rows, the queries lie side by side in the lanes.</summary>
abstract unsafe class SoftmaxKernel
{
    /// <summary>
    /// Takes in one block of scores, as online softmax does: the highest score so far and the sum of exponentials move on,
    /// scores become exp(score - highest), and what was summed before shrinks by <paramref name="shrink"/>.
    /// </summary>
    /// <param name="scores">Rows of <paramref name="columns"/> values, that far apart.</param>
    /// <param name="highest">One a column; start with float.MinValue.</param>
    /// <param name="sum">One a column; start with 0.</param>
    /// <param name="columns">A multiple of every vector's length.</param>
    internal abstract void Absorb(float* scores, int rows, int columns, float* highest, float* sum, float* shrink);

    /// <summary>Multiplies each column by its factor.</summary>
    internal abstract void ScaleColumns(float* values, int rows, int columns, float* factors);

    /// <summary>softmax of one row of values.</summary>
    internal abstract void Row(float* from, float* to, int count);
}

sealed unsafe class SoftmaxKernel<L, V> : SoftmaxKernel where L : ILanes<V> where V : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Absorb(float* scores, int rows, int columns, float* highest, float* sum, float* shrink)
    {
        for (int column = 0; column < columns; column += L.Count)
        {
            float* first = scores + column;
            V before = L.Load(highest + column), top = before;
            for (int row = 0; row < rows; row++) top = L.Max(L.Load(first + ((nint)row * columns)), top);
            V factor = Functions<L, V>.ExpBelowOne(L.Subtract(before, top)), total = L.Multiply(L.Load(sum + column), factor);
            for (int row = 0; row < rows; row++)
            {
                float* at = first + ((nint)row * columns);
                V weight = Functions<L, V>.ExpBelowOne(L.Subtract(L.Load(at), top));
                total = L.Add(total, weight);
                L.Store(weight, at);
            }

            L.Store(top, highest + column);
            L.Store(total, sum + column);
            L.Store(factor, shrink + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void ScaleColumns(float* values, int rows, int columns, float* factors)
    {
        for (int column = 0; column < columns; column += L.Count)
        {
            V factor = L.Load(factors + column);
            for (int row = 0; row < rows; row++)
            {
                float* at = values + column + ((nint)row * columns);
                L.Store(L.Multiply(L.Load(at), factor), at);
            }
        }
    }

    internal override void Row(float* from, float* to, int count)
    {
        float top = float.MinValue;
        for (int i = 0; i < count; i++) top = from[i] > top ? from[i] : top;
        float minusTop = -top, one = 1;
        Maps<L, V>.MultiplyAdd(from, &one, true, &minusTop, true, to, count);
        Maps<L, V>.Run<ExpMap>(to, to, count);
        double sum = 0;
        for (int i = 0; i < count; i++) sum += to[i];
        float share = (float)(1 / sum);
        Maps<L, V>.Combine<MultiplyMap>(to, false, &share, true, to, count);
    }
}

readonly struct ExpMap : IMap
{
    public static V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged => Functions<L, V>.Exp(x);
}
