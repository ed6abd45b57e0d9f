using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

/// <summary>One step of a long short-term memory, for as many units as a vector has values: read once, weights are all that takes time.</summary>
/// <remarks>Sums as in <see cref="ProductKernel{L,V}"/>: chains over blocks of the depth, blocks added in order.</remarks>
static unsafe class MemoryKernel<L, V> where L : ILanes<V> where V : unmanaged
{
    internal const int Gates = 4;

    /// <param name="weights">For each unit of the step before what these units' four gates have of it: input, forget, cell, output.</param>
    /// <param name="before">All outputs of the step before.</param>
    /// <param name="made">What the input gives to the first gate; to the next ones <paramref name="gateStep"/> further.</param>
    /// <param name="cell">Changed.</param>
    /// <param name="count">Of these units, that there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(float* weights, float* before, int depth, int block, float* made, nint gateStep, float* cell, float* to, int count)
    {
        V i = L.Fill(0), f = L.Fill(0), g = L.Fill(0), o = L.Fill(0);
        for (int start = 0; start < depth; start += block)
        {
            V bi = L.Fill(0), bf = L.Fill(0), bg = L.Fill(0), bo = L.Fill(0);
            int end = Math.Min(depth, start + block);
            for (int k = start; k < end; k++, weights += Gates * L.Count)
            {
                V h = L.Fill(before[k]);
                (bi, bf) = (L.MultiplyAdd(h, L.Load(weights), bi), L.MultiplyAdd(h, L.Load(weights + L.Count), bf));
                (bg, bo) = (L.MultiplyAdd(h, L.Load(weights + (2 * L.Count)), bg), L.MultiplyAdd(h, L.Load(weights + (3 * L.Count)), bo));
            }

            (i, f, g, o) = start == 0 ? (bi, bf, bg, bo) : (L.Add(i, bi), L.Add(f, bf), L.Add(g, bg), L.Add(o, bo));
        }

        if (count >= L.Count)
        {
            Step<L, V>(i, f, g, o, made, gateStep, cell, to);
            return;
        }

        float* sums = stackalloc float[Gates * L.Count];
        L.Store(i, sums);
        L.Store(f, sums + L.Count);
        L.Store(g, sums + (2 * L.Count));
        L.Store(o, sums + (3 * L.Count));
        for (int unit = 0; unit < count; unit++, sums++)
            Step<Lanes1, float>(*sums, sums[L.Count], sums[2 * L.Count], sums[3 * L.Count], made + unit, gateStep, cell + unit, to + unit);
    }

    // c = σ(f) c + σ(i) tanh(g), h = σ(o) tanh(c)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<M, W>(W i, W f, W g, W o, float* made, nint gateStep, float* cell, float* to) where M : ILanes<W> where W : unmanaged
    {
        i = Functions<M, W>.Sigmoid(M.Add(i, M.Load(made)));
        f = Functions<M, W>.Sigmoid(M.Add(f, M.Load(made + gateStep)));
        g = Functions<M, W>.Tanh(M.Add(g, M.Load(made + (2 * gateStep))));
        o = Functions<M, W>.Sigmoid(M.Add(o, M.Load(made + (3 * gateStep))));
        W c = M.MultiplyAdd(i, g, M.Multiply(f, M.Load(cell)));
        M.Store(c, cell);
        M.Store(M.Multiply(o, Functions<M, W>.Tanh(c)), to);
    }
}
