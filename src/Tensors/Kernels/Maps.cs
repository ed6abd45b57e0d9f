using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

interface IMap
{
    static abstract V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged;
}

interface ICombination
{
    static abstract V Of<L, V>(V a, V b) where L : ILanes<V> where V : unmanaged;
}

/// <summary>Loops over values: whole vectors first, the tail one by one.</summary>
static unsafe class Maps<L, V> where L : ILanes<V> where V : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TMap>(float* from, float* to, long count) where TMap : struct, IMap
    {
        long i = 0;
        for (; i <= count - L.Count; i += L.Count) L.Store(TMap.Of<L, V>(L.Load(from + i)), to + i);
        for (; i < count; i++) to[i] = TMap.Of<Lanes1, float>(from[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Widen(ushort* from, float* to, long count)
    {
        long i = 0;
        for (; i <= count - L.Count; i += L.Count) L.Store(L.LoadBFloat16(from + i), to + i);
        for (; i < count; i++) to[i] = Lanes1.LoadBFloat16(from + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Combine<TMap>(float* a, bool aRepeats, float* b, bool bRepeats, float* to, long count) where TMap : struct, ICombination
    {
        long i = 0;
        float aFirst = *a, bFirst = *b;
        V aFill = L.Fill(aFirst), bFill = L.Fill(bFirst);
        for (; i <= count - L.Count; i += L.Count) L.Store(TMap.Of<L, V>(aRepeats ? aFill : L.Load(a + i), bRepeats ? bFill : L.Load(b + i)), to + i);
        for (; i < count; i++) to[i] = TMap.Of<Lanes1, float>(aRepeats ? aFirst : a[i], bRepeats ? bFirst : b[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyAdd(float* from, float* factors, bool factorRepeats, float* terms, bool termRepeats, float* to, long count)
    {
        long i = 0;
        float firstFactor = *factors, firstTerm = *terms;
        V factor = L.Fill(firstFactor), term = L.Fill(firstTerm);
        for (; i <= count - L.Count; i += L.Count)
            L.Store(L.MultiplyAdd(L.Load(from + i), factorRepeats ? factor : L.Load(factors + i), termRepeats ? term : L.Load(terms + i)), to + i);
        for (; i < count; i++) to[i] = MathF.FusedMultiplyAdd(from[i], factorRepeats ? firstFactor : factors[i], termRepeats ? firstTerm : terms[i]);
    }
}

readonly struct GeluMap : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged => Functions<L, V>.Gelu(x);
}

readonly struct ReluMap : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged => Functions<L, V>.Relu(x);
}

readonly struct EluMap : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged => Functions<L, V>.Elu(x);
}

readonly struct SigmoidMap : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged => Functions<L, V>.Sigmoid(x);
}

readonly struct TanhMap : IMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged => Functions<L, V>.Tanh(x);
}

readonly struct AddMap : ICombination
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V a, V b) where L : ILanes<V> where V : unmanaged => L.Add(a, b);
}

readonly struct SubtractMap : ICombination
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V a, V b) where L : ILanes<V> where V : unmanaged => L.Subtract(a, b);
}

readonly struct MultiplyMap : ICombination
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V a, V b) where L : ILanes<V> where V : unmanaged => L.Multiply(a, b);
}

readonly struct DivideMap : ICombination
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V a, V b) where L : ILanes<V> where V : unmanaged => L.Divide(a, b);
}

readonly struct GateMap : ICombination
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<L, V>(V a, V b) where L : ILanes<V> where V : unmanaged => L.Multiply(a, Functions<L, V>.Sigmoid(b));
}
