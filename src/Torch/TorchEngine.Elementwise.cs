using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    /// <summary>A checked <see cref="Finish"/>.</summary>
    /// <param name="Axis">Of the channels.</param>
    /// <param name="Spread">The shape that has the scale broadcast.</param>
    readonly record struct Ending(Activation Activation, int Axis, Native? Scale, long[] Spread, Native? Residual);

    public Tensor Add(Tensor a, Tensor b) => Combine(a, b, (x, y) => x.Plus(y));

    public Tensor Subtract(Tensor a, Tensor b) => Combine(a, b, (x, y) => x.sub(y));

    public Tensor Multiply(Tensor a, Tensor b) => Combine(a, b, (x, y) => x.mul(y));

    public Tensor Divide(Tensor a, Tensor b) => Combine(a, b, (x, y) => x.div(y));

    public Tensor Affine(Tensor x, float factor, float term)
    {
        TorchTensor from = Mine(x);
        // One rounding: a product of two floats is exact in double. With a factor of 1, or nothing to add, there is one rounding anyhow.
        return New(() => factor == 1 ? Exact(from.Native).Plus(term)
            : term == 0 ? Exact(from.Native).Times(factor) : from.Native.to(torch.float64).Times(factor).Plus(term).to(torch.float32));
    }

    public Tensor Activate(Tensor x, Activation activation, int axis = 1)
    {
        TorchTensor from = Mine(x);
        int along = axis < 0 ? axis + x.Rank : axis;
        Require(activation != Activation.Glu || ((uint)along < (uint)x.Rank && x.Size(along) % 2 == 0), $"GLU halves axis {axis} of {x}, which is odd or not there.");
        return New(() => activation == Activation.None ? from.Native.alias() : Activated(from.Native, activation, along));
    }

    TorchTensor Combine(Tensor a, Tensor b, Func<Native, Native, Native> operation)
    {
        TorchTensor left = Mine(a), right = Mine(b);
        for (int axis = 1; axis <= Math.Min(a.Rank, b.Rank); axis++)
        {
            int one = a.Size(-axis), other = b.Size(-axis);
            Require(one == other || one == 1 || other == 1, $"The shapes {a} and {b} do not go together.");
        }

        return New(() => operation(Exact(left.Native), Exact(right.Native)));
    }

    /// <param name="axis">The channels of the result.</param>
    Ending Checked(Finish finish, int[] shape, int axis)
    {
        int channels = shape[axis];
        Require(finish.Scale is null || finish.Scale.Length == channels, $"The scale {finish.Scale} is not one of {channels} channels.");
        Require(finish.Residual is null || finish.Residual.Shape.SequenceEqual(shape), $"The residual {finish.Residual} has not the shape ({string.Join(", ", shape)}) of the result.");
        return new(finish.Activation, axis, MineOrNull(finish.Scale), [channels, .. Enumerable.Repeat(1L, shape.Length - 1 - axis)], MineOrNull(finish.Residual));
    }

    /// <param name="y">Made by the same operation, so that it may be changed.</param>
    static Native Finished(Native y, Ending ending)
    {
        y = Activated(y, ending.Activation, ending.Axis);
        if (ending.Scale is not null) y = y.mul(ending.Scale.reshape(ending.Spread));
        return ending.Residual is null ? y : y.Plus(ending.Residual);
    }

    static Native Activated(Native x, Activation activation, int axis) => activation switch
    {
        Activation.None => x,
        Activation.Gelu => x.gelu(),
        Activation.Relu => x.relu(),
        Activation.Elu => x.Elu(),
        Activation.Sigmoid => x.sigmoid(),
        Activation.Tanh => x.tanh(),
        Activation.Glu => x.glu(axis),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "There is no such activation."),
    };
}
