namespace DgxMusic.Tensors;

/// <summary>Values of type float32 in row-major order, made by an <see cref="IEngine"/>, which alone knows where they lie. Not changed once made.</summary>
public abstract class Tensor
{
    readonly int[] shape;

    protected Tensor(IEngine engine, ReadOnlySpan<int> shape)
    {
        foreach (int size in shape) ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
        (Engine, this.shape) = (engine, shape.ToArray());
        Length = 1;
        foreach (int size in shape) Length = checked(Length * size);
    }

    public IEngine Engine { get; }

    public ReadOnlySpan<int> Shape => shape;

    public int Rank => shape.Length;

    /// <summary>How many values: the product of the shape.</summary>
    public long Length { get; }

    /// <param name="axis">From the front, or below 0 from the back.</param>
    public int Size(int axis) => shape[AxisOf(axis)];

    /// <summary>The same values, in the same order, under another shape. Copies nothing.</summary>
    /// <param name="shape">One size may be -1: what the others leave.</param>
    public abstract Tensor Reshape(params ReadOnlySpan<int> shape);

    public float[] ToArray()
    {
        float[] values = new float[Length];
        Engine.Download(this, values);
        return values;
    }

    public override string ToString() => $"({string.Join(", ", shape)})";

    /// <summary>Sum; sizes of 1 are repeated as often as the other operand asks, counted from the last axis.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => a.Engine.Add(a, b);

    public static Tensor operator -(Tensor a, Tensor b) => a.Engine.Subtract(a, b);

    public static Tensor operator *(Tensor a, Tensor b) => a.Engine.Multiply(a, b);

    public static Tensor operator /(Tensor a, Tensor b) => a.Engine.Divide(a, b);

    public static Tensor operator *(Tensor a, float factor) => a.Engine.Affine(a, factor, 0);

    public static Tensor operator +(Tensor a, float term) => a.Engine.Affine(a, 1, term);

    /// <summary>The axis counted from the front.</summary>
    internal int AxisOf(int axis)
    {
        int front = axis < 0 ? axis + Rank : axis;
        if ((uint)front >= (uint)Rank) throw new ArgumentOutOfRangeException(nameof(axis), axis, $"The tensor {this} has {Rank} axes.");
        return front;
    }

    /// <summary>The shape with its -1, if any, worked out.</summary>
    protected int[] ShapeOf(ReadOnlySpan<int> wanted)
    {
        int[] sizes = wanted.ToArray();
        int open = Array.IndexOf(sizes, -1);
        if (open >= 0)
        {
            long known = 1;
            for (int axis = 0; axis < sizes.Length; axis++) known *= axis == open ? 1 : sizes[axis];
            sizes[open] = known == 0 ? 0 : (int)(Length / known);
        }

        long length = 1;
        foreach (int size in sizes) length *= size;
        if (length == Length) return sizes;
        throw new ArgumentException($"The tensor {this} holds {Length} values, not those of ({string.Join(", ", sizes)}).", nameof(wanted));
    }
}
