using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace DgxMusic.Models.Weights;

/// <summary>Stored numbers as float32. Every float16 and bfloat16 has an exact float32, so nothing is rounded.</summary>
static class Widening
{
    /// <param name="bytes">T numbers of that type, little-endian, at any alignment.</param>
    /// <param name="numbers">Length T.</param>
    public static void ToSingle(ElementType type, ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        if (bytes.Length != (long)numbers.Length * type.Bytes()) throw new ArgumentException($"{bytes.Length} bytes are not {numbers.Length} numbers.", nameof(bytes));
        switch (type)
        {
            case ElementType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(numbers));
                break;
            case ElementType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), numbers);
                break;
            case ElementType.BF16:
                FromBrainFloat(MemoryMarshal.Cast<byte, ushort>(bytes), numbers);
                break;
            default:
                throw new ArgumentException($"{type} is not read as float32.", nameof(type));
        }
    }

    static void FromBrainFloat(ReadOnlySpan<ushort> halves, Span<float> numbers)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(numbers);
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= halves.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(halves[i..]), out Vector<uint> low, out Vector<uint> high);
            Vector.ShiftLeft(low, 16).CopyTo(bits[i..]);
            Vector.ShiftLeft(high, 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        // A bfloat16 is the upper half of the float32 it stands for.
        for (; i < halves.Length; i++) bits[i] = (uint)halves[i] << 16;
    }
}
