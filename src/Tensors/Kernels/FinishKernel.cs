using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

/// <summary>What follows a layer on the values of one channel.</summary>
/// <param name="gate">Values beside the first ones, for a GLU alone.</param>
/// <param name="residual">One a value, or null.</param>
readonly unsafe struct Ending(Activation activation, float* gate, float bias, float gateBias, float factor, float* residual)
{
    internal readonly Activation Activation = activation;
    internal readonly float* Gate = gate, Residual = residual;
    internal readonly float Bias = bias, GateBias = gateBias, Factor = factor;
}

/// <summary>Bias, activation, scale and residual in one pass.</summary>
static unsafe class FinishKernel<L, V> where L : ILanes<V> where V : unmanaged
{
    internal static void Run(float* values, in Ending ending, float* to, long count)
    {
        switch (ending.Activation)
        {
            case Activation.None: Run<NoMap>(values, ending, to, count); break;
            case Activation.Gelu: Run<GeluMap>(values, ending, to, count); break;
            case Activation.Relu: Run<ReluMap>(values, ending, to, count); break;
            case Activation.Elu: Run<EluMap>(values, ending, to, count); break;
            case Activation.Sigmoid: Run<SigmoidMap>(values, ending, to, count); break;
            case Activation.Tanh: Run<TanhMap>(values, ending, to, count); break;
            default: Gated(values, ending, to, count); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run<TMap>(float* values, in Ending ending, float* to, long count) where TMap : struct, IMap
    {
        long i = 0;
        for (; i <= count - L.Count; i += L.Count) Put<L, V>(TMap.Of<L, V>(L.Add(L.Load(values + i), L.Fill(ending.Bias))), ending, to, i);
        for (; i < count; i++) Put<Lanes1, float>(TMap.Of<Lanes1, float>(values[i] + ending.Bias), ending, to, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gated(float* values, in Ending ending, float* to, long count)
    {
        long i = 0;
        for (; i <= count - L.Count; i += L.Count)
        {
            V value = L.Add(L.Load(values + i), L.Fill(ending.Bias)), gate = L.Add(L.Load(ending.Gate + i), L.Fill(ending.GateBias));
            Put<L, V>(GateMap.Of<L, V>(value, gate), ending, to, i);
        }

        for (; i < count; i++) Put<Lanes1, float>(GateMap.Of<Lanes1, float>(values[i] + ending.Bias, ending.Gate[i] + ending.GateBias), ending, to, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<M, W>(W value, in Ending ending, float* to, long i) where M : ILanes<W> where W : unmanaged =>
        M.Store(
            ending.Residual is null ? M.Multiply(value, M.Fill(ending.Factor)) : M.MultiplyAdd(value, M.Fill(ending.Factor), M.Load(ending.Residual + i)),
            to + i);
}

readonly struct NoMap : IMap
{
    public static V Of<L, V>(V x) where L : ILanes<V> where V : unmanaged => x;
}
