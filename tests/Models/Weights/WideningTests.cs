using System.Runtime.InteropServices;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.Weights;

[Trait("Category", "Kernels")]
public sealed class WideningTests
{
    static readonly ushort[] every = [.. Enumerable.Range(0, 65_536).Select(bits => (ushort)bits)];

    [Fact]
    public void ToSingle_EveryFloat16_IsItsExactValue()
    {
        float[] wide = new float[every.Length];
        Widening.ToSingle(ElementType.F16, MemoryMarshal.AsBytes<ushort>(every), wide);
        for (int i = 0; i < every.Length; i++)
        {
            double exact = ValueOf(every[i], exponentBits: 5, mantissaBits: 10);
            Assert.True(double.IsNaN(exact) ? float.IsNaN(wide[i]) : wide[i] == exact && double.IsNegative(wide[i]) == double.IsNegative(exact), $"0x{every[i]:x4}");
        }
    }

    [Fact]
    public void ToSingle_EveryBrainFloat16_IsItsExactValue()
    {
        float[] wide = new float[every.Length];
        Widening.ToSingle(ElementType.BF16, MemoryMarshal.AsBytes<ushort>(every), wide);
        for (int i = 0; i < every.Length; i++)
        {
            double exact = ValueOf(every[i], exponentBits: 8, mantissaBits: 7);
            Assert.True(double.IsNaN(exact) ? float.IsNaN(wide[i]) : wide[i] == exact && double.IsNegative(wide[i]) == double.IsNegative(exact), $"0x{every[i]:x4}");
        }
    }

    [Theory]
    [InlineData(ElementType.F16)]
    [InlineData(ElementType.BF16)]
    [InlineData(ElementType.F32)]
    public void ToSingle_AnyLengthAndAlignment_EqualsOneByOne(ElementType type)
    {
        byte[] bytes = new byte[400];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 37);
        for (int shift = 0; shift < 4; shift++)
        {
            for (int count = 0; count < 80; count++)
            {
                float[] together = new float[count], single = new float[1];
                Widening.ToSingle(type, bytes.AsSpan(shift, count * type.Bytes()), together);
                for (int i = 0; i < count; i++)
                {
                    Widening.ToSingle(type, bytes.AsSpan(shift + (i * type.Bytes()), type.Bytes()), single);
                    Assert.Equal(BitConverter.SingleToInt32Bits(single[0]), BitConverter.SingleToInt32Bits(together[i]));
                }
            }
        }
    }

    /// <summary>The definition of IEEE 754: sign, biased exponent, fraction.</summary>
    static double ValueOf(ushort bits, int exponentBits, int mantissaBits)
    {
        int bias = (1 << (exponentBits - 1)) - 1, exponent = (bits >> mantissaBits) & ((1 << exponentBits) - 1), mantissa = bits & ((1 << mantissaBits) - 1);
        double fraction = Math.ScaleB(mantissa, -mantissaBits);
        double size = exponent == (1 << exponentBits) - 1 ? (mantissa == 0 ? double.PositiveInfinity : double.NaN)
            : exponent == 0 ? Math.ScaleB(fraction, 1 - bias) : Math.ScaleB(1 + fraction, exponent - bias);
        return bits >> 15 == 0 ? size : -size;
    }
}
