namespace DgxMusic.Tensors.Kernels;

/// <summary>One float: the definition.</summary>
readonly unsafe struct Lanes1 : ILanes<float>
{
    public static int Count => 1;

    public static float Load(float* from) => *from;

    public static float LoadBFloat16(ushort* from) => StoredWeights.FromBFloat16(*from);

    public static float LoadInt8(sbyte* from) => *from;

    public static void Store(float values, float* to) => *to = values;

    public static float Fill(float value) => value;

    public static float Add(float a, float b) => a + b;

    public static float Subtract(float a, float b) => a - b;

    public static float Multiply(float a, float b) => a * b;

    public static float Divide(float a, float b) => a / b;

    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static float NegateMultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(-a, b, c);

    public static float Max(float a, float b) => a > b ? a : b;

    public static float Min(float a, float b) => a < b ? a : b;

    public static float Abs(float a) => MathF.Abs(a);

    public static float Round(float a) => MathF.Round(a);

    public static float Scale(float x, float n) => x * BitConverter.Int32BitsToSingle(((int)n + 127) << 23);

    public static float WhereNegative(float sign, float negative, float otherwise) => sign < 0 ? negative : otherwise;
}
