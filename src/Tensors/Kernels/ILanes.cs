namespace DgxMusic.Tensors.Kernels;

/// <summary>
/// So many floats that one instruction treats alike. A kernel is written once over lanes; over the single lane of <see cref="Lanes1"/> it is its own definition,
/// and since every operation here rounds once, all widths agree bit for bit.
/// </summary>
/// <typeparam name="V">The values: a vector, or one float.</typeparam>
unsafe interface ILanes<V> where V : unmanaged
{
    static abstract int Count { get; }

    static abstract V Load(float* from);

    /// <summary>Upper halves of floats.</summary>
    static abstract V LoadBFloat16(ushort* from);

    static abstract V LoadInt8(sbyte* from);

    static abstract void Store(V values, float* to);

    static abstract V Fill(float value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>c - a · b, rounded once.</summary>
    static abstract V NegateMultiplyAdd(V a, V b, V c);

    /// <summary>The greater; b where they do not compare.</summary>
    static abstract V Max(V a, V b);

    static abstract V Min(V a, V b);

    static abstract V Abs(V a);

    /// <summary>To the nearest whole number, halves to the even one.</summary>
    static abstract V Round(V a);

    /// <summary>x · 2ⁿ for whole n from -126 to 127.</summary>
    static abstract V Scale(V x, V n);

    static abstract V WhereNegative(V sign, V negative, V otherwise);
}
