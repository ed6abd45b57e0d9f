using System.Numerics;
using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Resampling;

/// <summary>A handful of floats that are computed side by side. One text of a kernel then serves every vector width, and one lane alone is its definition.</summary>
unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    static abstract int Count { get; }

    static abstract TSelf Load(float* source);

    static abstract TSelf All(float value);

    /// <summary>a · b + sum, with one rounding where the machine has that instruction and with two where it has not.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf sum);

    static abstract TSelf operator +(TSelf a, TSelf b);

    void Store(float* target);
}

readonly unsafe struct OneLane(float value) : ILanes<OneLane>
{
    readonly float value = value;

    public static int Count => 1;

    public static OneLane Load(float* source) => new(*source);

    public static OneLane All(float value) => new(value);

    public static OneLane MultiplyAdd(OneLane a, OneLane b, OneLane sum) => new(float.MultiplyAddEstimate(a.value, b.value, sum.value));

    public static OneLane operator +(OneLane a, OneLane b) => new(a.value + b.value);

    public void Store(float* target) => *target = value;
}

/// <summary>As many lanes as <see cref="Vector{T}"/> has.</summary>
readonly unsafe struct VectorLanes(Vector<float> value) : ILanes<VectorLanes>
{
    readonly Vector<float> value = value;

    public static int Count => Vector<float>.Count;

    public static VectorLanes Load(float* source) => new(Vector.Load(source));

    public static VectorLanes All(float value) => new(new Vector<float>(value));

    public static VectorLanes MultiplyAdd(VectorLanes a, VectorLanes b, VectorLanes sum) => new(Vector.MultiplyAddEstimate(a.value, b.value, sum.value));

    public static VectorLanes operator +(VectorLanes a, VectorLanes b) => new(a.value + b.value);

    public void Store(float* target) => value.Store(target);
}

/// <summary>Sixteen lanes, where the machine computes 512 bits at once.</summary>
readonly unsafe struct WideLanes(Vector512<float> value) : ILanes<WideLanes>
{
    readonly Vector512<float> value = value;

    public static int Count => Vector512<float>.Count;

    public static WideLanes Load(float* source) => new(Vector512.Load(source));

    public static WideLanes All(float value) => new(Vector512.Create(value));

    public static WideLanes MultiplyAdd(WideLanes a, WideLanes b, WideLanes sum) => new(Vector512.MultiplyAddEstimate(a.value, b.value, sum.value));

    public static WideLanes operator +(WideLanes a, WideLanes b) => new(a.value + b.value);

    public void Store(float* target) => value.Store(target);
}
