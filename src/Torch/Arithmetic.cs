using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

/// <summary>
/// Operations with numbers beside tensors, also where the number is a factor of 1 that nobody wrote. TorchSharp makes an object of each and lets the collector have it while libtorch still
/// reads it; these hold on to theirs until the call is over. So no operation of an engine may take such a number elsewhere.
/// </summary>
static class Arithmetic
{
    internal static Native Plus(this Native x, Native y)
    {
        using Scalar one = 1;
        return x.add(y, one);
    }

    /// <summary><see cref="Plus(Native, Native)"/> in place.</summary>
    internal static Native Increase(this Native x, Native y)
    {
        using Scalar one = 1;
        return x.add_(y, one);
    }

    internal static Native Plus(this Native x, double number)
    {
        using Scalar one = 1, term = number;
        return x.add(term, one);
    }

    internal static Native Times(this Native x, double number)
    {
        using Scalar factor = number;
        return x.mul(factor);
    }

    internal static Native Over(this Native x, double number)
    {
        using Scalar divisor = number;
        return x.div(divisor);
    }

    internal static Native AtLeast(this Native x, double number)
    {
        using Scalar least = number;
        return x.clamp_min(least);
    }

    internal static Native Elu(this Native x)
    {
        using Scalar one = 1;
        return x.elu(one, one, one);
    }

    internal static Native Filled(long[] shape, double number, torch.ScalarType dtype, torch.Device device)
    {
        using Scalar value = number;
        return torch.full(shape, value, dtype, device);
    }
}
