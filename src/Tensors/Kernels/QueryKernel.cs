using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DgxMusic.Tensors.Kernels;

/// <summary>
/// Attention of one query to a block of keys: keys, then channels, lie in the lanes. Each value is the chain that <see cref="ProductKernel{L,V}"/> and <see cref="SoftmaxKernel"/>
/// make where queries lie in the lanes, so a query has the same bits alone.
/// </summary>
static unsafe class QueryKernel<L, V> where L : ILanes<V> where V : unmanaged
{
    /// <param name="question">Scaled, one value a channel.</param>
    /// <param name="keys">Strips: for each channel <paramref name="lanes"/> keys side by side.</param>
    /// <param name="scores">One a key; as many as the strips hold.</param>
    /// <param name="ahead">What is read after these keys, as many bytes: asked for while they are read.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Scores<F>(float* question, int size, byte* keys, int lanes, float* scores, int count, byte* ahead) where F : struct, INumberFormat
    {
        nint step = (nint)lanes * F.Size, away = (nint)(ahead - keys);
        for (int first = 0; first < count; first += lanes, keys += size * step)
        {
            for (int lane = 0; lane < lanes; lane += L.Count)
            {
                V sum = L.Fill(0);
                byte* at = keys + ((nint)lane * F.Size);
                for (int channel = 0; channel < size; channel++, at += step)
                {
                    if (Sse.IsSupported) Sse.Prefetch0(at + away);
                    sum = L.MultiplyAdd(F.Load<L, V>(at), L.Fill(question[channel]), sum);
                }

                L.Store(sum, scores + first + lane);
            }
        }
    }

    /// <summary>As <see cref="SoftmaxKernel.Absorb"/> does for a column; gives the factor of what was summed before.</summary>
    /// <param name="scores">Room for whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static float Absorb(float* scores, int count, ref float highest, ref float sum)
    {
        for (int key = count; key % L.Count != 0; key++) scores[key] = float.NegativeInfinity;
        V tops = L.Fill(highest);
        for (int key = 0; key < count; key += L.Count) tops = L.Max(L.Load(scores + key), tops);
        float* most = stackalloc float[L.Count];
        L.Store(tops, most);
        float top = *most;
        for (int lane = 1; lane < L.Count; lane++) top = Lanes1.Max(most[lane], top);
        tops = L.Fill(top);
        for (int key = 0; key < count; key += L.Count) L.Store(Functions<L, V>.ExpBelowOne(L.Subtract(L.Load(scores + key), tops)), scores + key);
        float factor = Functions<Lanes1, float>.ExpBelowOne(highest - top), total = sum * factor;
        for (int key = 0; key < count; key++) total += scores[key];
        (highest, sum) = (top, total);
        return factor;
    }

    /// <summary>result = result · shrink + Σ weight · value.</summary>
    /// <param name="values">Key by key.</param>
    /// <param name="width">Channels of a key, whole vectors.</param>
    /// <param name="ahead">What is read after these values, as many bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Weigh<F>(float* weights, int count, byte* values, int width, float* result, float shrink, byte* ahead) where F : struct, INumberFormat
    {
        int channel = 0;
        nint step = (nint)width * F.Size, vector = (nint)L.Count * F.Size, away = (nint)(ahead - values);
        for (; channel <= width - (4 * L.Count); channel += 4 * L.Count)
        {
            V x = L.Fill(0), y = L.Fill(0), z = L.Fill(0), w = L.Fill(0);
            byte* at = values + ((nint)channel * F.Size);
            for (int key = 0; key < count; key++, at += step)
            {
                Ahead<F>(at + away);
                V weight = L.Fill(weights[key]);
                (x, y) = (L.MultiplyAdd(F.Load<L, V>(at), weight, x), L.MultiplyAdd(F.Load<L, V>(at + vector), weight, y));
                (z, w) = (L.MultiplyAdd(F.Load<L, V>(at + (2 * vector)), weight, z), L.MultiplyAdd(F.Load<L, V>(at + (3 * vector)), weight, w));
            }

            Add(result + channel, shrink, x);
            Add(result + channel + L.Count, shrink, y);
            Add(result + channel + (2 * L.Count), shrink, z);
            Add(result + channel + (3 * L.Count), shrink, w);
        }

        for (; channel < width; channel += L.Count)
        {
            V x = L.Fill(0);
            byte* at = values + ((nint)channel * F.Size);
            for (int key = 0; key < count; key++, at += step) x = L.MultiplyAdd(F.Load<L, V>(at), L.Fill(weights[key]), x);
            Add(result + channel, shrink, x);
        }
    }

    /// <summary>Asks for four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Ahead<F>(byte* at) where F : struct, INumberFormat
    {
        const int line = 64;
        if (!Sse.IsSupported) return;
        Sse.Prefetch0(at);
        if (4 * L.Count * F.Size > line) Sse.Prefetch0(at + line);
        if (4 * L.Count * F.Size > 2 * line) Sse.Prefetch0(at + (2 * line));
        if (4 * L.Count * F.Size > 3 * line) Sse.Prefetch0(at + (3 * line));
    }

    // Two roundings, as the wide path has them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(float* result, float shrink, V sum) => L.Store(L.Add(L.Multiply(L.Load(result), L.Fill(shrink)), sum), result);
}
