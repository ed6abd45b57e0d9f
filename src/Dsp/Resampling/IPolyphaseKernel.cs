using System.Numerics;
using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Resampling;

/// <summary>Turns a chunk of one channel into its outputs. Owns its scratch: one kernel, one channel.</summary>
interface IPolyphaseKernel
{
    /// <summary>Inputs from one chunk to the next.</summary>
    int ChunkInputs { get; }

    /// <param name="window">The chunk with <c>Taps/2 - 1</c> inputs before it and <c>Taps/2 + 1</c> after it.</param>
    /// <param name="firstOutput">Number of the chunk's first output, counted from the start of the signal.</param>
    /// <param name="output">Takes the chunk's outputs, or as many of them as it holds.</param>
    void Run(ReadOnlySpan<float> window, long firstOutput, Span<float> output);

    static IPolyphaseKernel For(PolyphaseFilter filter)
    {
        if (filter.IsPrecise) return new PreciseKernel(filter);
        if (!filter.IsExact) return new InterpolatedKernel(filter);
        if (!Vector.IsHardwareAccelerated) return new ExactKernel<OneLane>(filter);
        return Vector512.IsHardwareAccelerated ? new ExactKernel<WideLanes>(filter) : new ExactKernel<VectorLanes>(filter);
    }
}
