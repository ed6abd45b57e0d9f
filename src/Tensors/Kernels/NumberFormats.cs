using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

/// <summary>How the right matrix of a product lies in memory.</summary>
unsafe interface INumberFormat
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>Whether each block of the depth ends with one float a column, which its sums are multiplied by.</summary>
    static abstract bool HasSteps { get; }

    static abstract V Load<L, V>(byte* from) where L : ILanes<V> where V : unmanaged;
}

readonly unsafe struct Float32Format : INumberFormat
{
    public static int Size => sizeof(float);

    public static bool HasSteps => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<L, V>(byte* from) where L : ILanes<V> where V : unmanaged => L.Load((float*)from);
}

readonly unsafe struct BFloat16Format : INumberFormat
{
    public static int Size => sizeof(ushort);

    public static bool HasSteps => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<L, V>(byte* from) where L : ILanes<V> where V : unmanaged => L.LoadBFloat16((ushort*)from);
}

readonly unsafe struct Int8Format : INumberFormat
{
    public static int Size => sizeof(sbyte);

    public static bool HasSteps => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<L, V>(byte* from) where L : ILanes<V> where V : unmanaged => L.LoadInt8((sbyte*)from);
}
