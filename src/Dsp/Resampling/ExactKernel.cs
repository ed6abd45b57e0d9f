using System.Runtime.InteropServices;

namespace DgxMusic.Dsp.Resampling;

/// <summary>
/// Outputs whose phases all have a row of their own. A chunk is cut into as many segments as there are lanes, each a whole number of periods long, so that
/// equal places of all segments have equal phases: lane k computes segment k, and weights are broadcast. Loads are aligned and nothing is summed across lanes.
/// </summary>
/// <remarks>
/// Every lane adds the same numbers in the same order, so results do not depend on the number of lanes. Each sum is built from both ends of the row towards its middle,
/// where the weights are large: small terms are added while the sum is small. |Δ| against exact arithmetic ≤ Taps/2 · 2⁻²⁴ · Σ|input · weight|, and some 140 dB below the signal in practice.
/// </remarks>
sealed unsafe class ExactKernel<TLanes> : IPolyphaseKernel, IDisposable
    where TLanes : struct, ILanes<TLanes>
{
    const int SideBySide = 4;
    const int LeastSegment = 256;
    const int Alignment = 64;

    readonly PolyphaseFilter filter;
    readonly int segmentInputs;
    readonly int segmentOutputs;
    readonly float* columns;
    readonly float* results;

    internal ExactKernel(PolyphaseFilter filter)
    {
        this.filter = filter;
        // Long enough that the overlap of segments costs little and that four outputs fit; short enough for the first cache.
        int periods = Math.Max((Math.Max(LeastSegment, filter.Taps) + filter.Step - 1) / filter.Step, (SideBySide + filter.Phases - 1) / filter.Phases);
        (segmentInputs, segmentOutputs) = (periods * filter.Step, periods * filter.Phases);
        columns = Allocate((segmentInputs + filter.Taps) * TLanes.Count);
        results = Allocate(segmentOutputs * TLanes.Count);
    }

    ~ExactKernel() => Free();

    public int ChunkInputs => segmentInputs * TLanes.Count;

    public void Run(ReadOnlySpan<float> window, long firstOutput, Span<float> output)
    {
        for (int lane = 0; lane < TLanes.Count; lane++) ToColumn(window.Slice(lane * segmentInputs, segmentInputs + filter.Taps), lane);
        fixed (float* weights = filter.Weights)
        {
            for (int first = 0; first < segmentOutputs; first += SideBySide) Four(weights, Math.Min(first, segmentOutputs - SideBySide));
        }

        for (int lane = 0; lane * segmentOutputs < output.Length; lane++)
        {
            Span<float> segment = output[(lane * segmentOutputs)..];
            FromColumn(segment[..Math.Min(segmentOutputs, segment.Length)], lane);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    static float* Allocate(int floats) => (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), Alignment);

    void Free()
    {
        NativeMemory.AlignedFree(columns);
        NativeMemory.AlignedFree(results);
    }

    void ToColumn(ReadOnlySpan<float> segment, int lane)
    {
        float* column = columns + lane;
        foreach (float sample in segment)
        {
            *column = sample;
            column += TLanes.Count;
        }
    }

    void FromColumn(Span<float> segment, int lane)
    {
        float* column = results + lane;
        for (int i = 0; i < segment.Length; i++) segment[i] = column[i * TLanes.Count];
    }

    /// <summary>Four neighbouring outputs of every segment: eight sums, enough to hide the latency of their additions.</summary>
    void Four(float* weights, int first)
    {
        int half = filter.Taps / 2;
        float* weights0 = Row(weights, first, out float* x0), weights1 = Row(weights, first + 1, out float* x1);
        float* weights2 = Row(weights, first + 2, out float* x2), weights3 = Row(weights, first + 3, out float* x3);
        TLanes rise0 = default, rise1 = default, rise2 = default, rise3 = default, fall0 = default, fall1 = default, fall2 = default, fall3 = default;
        nint last = filter.Taps - 1, rising = 0, falling = last * TLanes.Count;
        for (nint tap = 0; tap < half; tap++, rising += TLanes.Count, falling -= TLanes.Count)
        {
            rise0 = TLanes.MultiplyAdd(TLanes.Load(x0 + rising), TLanes.All(weights0[tap]), rise0);
            rise1 = TLanes.MultiplyAdd(TLanes.Load(x1 + rising), TLanes.All(weights1[tap]), rise1);
            rise2 = TLanes.MultiplyAdd(TLanes.Load(x2 + rising), TLanes.All(weights2[tap]), rise2);
            rise3 = TLanes.MultiplyAdd(TLanes.Load(x3 + rising), TLanes.All(weights3[tap]), rise3);
            fall0 = TLanes.MultiplyAdd(TLanes.Load(x0 + falling), TLanes.All(weights0[last - tap]), fall0);
            fall1 = TLanes.MultiplyAdd(TLanes.Load(x1 + falling), TLanes.All(weights1[last - tap]), fall1);
            fall2 = TLanes.MultiplyAdd(TLanes.Load(x2 + falling), TLanes.All(weights2[last - tap]), fall2);
            fall3 = TLanes.MultiplyAdd(TLanes.Load(x3 + falling), TLanes.All(weights3[last - tap]), fall3);
        }

        float* result = results + (first * TLanes.Count);
        (rise0 + fall0).Store(result);
        (rise1 + fall1).Store(result + TLanes.Count);
        (rise2 + fall2).Store(result + (2 * TLanes.Count));
        (rise3 + fall3).Store(result + (3 * TLanes.Count));
    }

    /// <summary>The row of an output's phase, and the columns where its inputs begin.</summary>
    float* Row(float* weights, int output, out float* inputs)
    {
        long place = (long)output * filter.Step;
        inputs = columns + (place / filter.Phases * TLanes.Count);
        return weights + (place % filter.Phases * filter.Taps);
    }
}
