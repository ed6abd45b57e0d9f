using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    sealed class TorchConv(ConvLayout layout, Native weight, Native? bias) : ConvWeights(layout)
    {
        internal Native Weight => weight;

        internal Native? Bias => bias;
    }

    /// <param name="weight">(outputs · stride, inputs, taps, 1): phase by phase.</param>
    sealed class TorchTransposedConv(TransposedConvLayout layout, Native weight, Native? bias) : TransposedConvWeights(layout)
    {
        internal Native Weight => weight;

        internal Native? Bias => bias;

        /// <summary>Inputs that one output sees: kernel / stride, rounded up.</summary>
        internal int Taps { get; } = (layout.Kernel + layout.Stride - 1) / layout.Stride;
    }

    public ConvWeights Prepare(ConvLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default)
    {
        var (kernel, padding, dilation) = (layout.Kernel, layout.Padding, layout.Dilation);
        int least = Math.Min(Math.Min(layout.Inputs, layout.Outputs), Math.Min(kernel.Height, kernel.Width));
        Require(least > 0, $"A convolution of {layout.Inputs} inputs, {layout.Outputs} outputs and a kernel of {kernel.Height} × {kernel.Width} computes nothing.");
        Require(Math.Min(layout.Stride.Height, layout.Stride.Width) > 0 && Math.Min(dilation.Height, dilation.Width) > 0, "A stride or a dilation is at least 1.");
        Require(Math.Min(padding.Height, padding.Width) >= 0, "A padding is at least 0.");
        RequireValues(weight, (long)layout.Outputs * layout.Inputs * kernel.Height * kernel.Width, bias, layout.Outputs);
        return new TorchConv(layout, Lasting(weight, [layout.Outputs, layout.Inputs, kernel.Height, kernel.Width], products), BiasOf(bias));
    }

    public Tensor Conv(Tensor x, ConvWeights weights, Finish finish = default)
    {
        TorchTensor from = Mine(x);
        TorchConv conv = weights as TorchConv ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        ConvLayout layout = conv.Layout;
        Require(x.Rank is 3 or 4 && x.Size(1) == layout.Inputs, $"{x} has not {layout.Inputs} channels.");
        bool isLine = x.Rank == 3;
        Require(!isLine || (layout.Kernel.Height == 1 && layout.Padding.Height == 0), $"A kernel of height {layout.Kernel.Height} finds no height in {x}.");
        int outHeight = OutSize(isLine ? 1 : x.Size(2), layout.Kernel.Height, layout.Stride.Height, layout.Padding.Height, layout.Dilation.Height);
        int outWidth = OutSize(x.Size(-1), layout.Kernel.Width, layout.Stride.Width, layout.Padding.Width, layout.Dilation.Width);
        bool isGated = finish.Activation == Activation.Glu;
        Require(!isGated || layout.Outputs % 2 == 0, $"GLU halves {layout.Outputs} channels, which are odd.");
        int outputs = isGated ? layout.Outputs / 2 : layout.Outputs;
        Ending ending = Checked(finish, isLine ? [x.Size(0), outputs, outWidth] : [x.Size(0), outputs, outHeight, outWidth], 1);
        return New(() =>
        {
            Native image = isLine ? Fast(from.Native).unsqueeze(2) : Fast(from.Native);
            Native y = torch.nn.functional.conv2d(image, conv.Weight, conv.Bias, Both(layout.Stride), Both(layout.Padding), Both(layout.Dilation));
            return Finished(isLine ? y.squeeze(2) : y, ending);
        });
    }

    // Output stride·j + p sums W[p + stride·q] x[j - q] over q. So this is a plain convolution with (output, phase p) as channels, its taps in falling order of q,
    // whose results are then interleaved. libtorch's own would add up with the threads of a GPU in any order.
    public TransposedConvWeights Prepare(TransposedConvLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default)
    {
        var (inputs, outputs, kernel, stride) = (layout.Inputs, layout.Outputs, layout.Kernel, layout.Stride);
        Require(Math.Min(Math.Min(inputs, outputs), Math.Min(kernel, stride)) > 0, $"A transposed convolution of layout {layout} computes nothing.");
        RequireValues(weight, (long)inputs * outputs * kernel, bias, outputs);
        int taps = (kernel + stride - 1) / stride;
        float[] phases = new float[outputs * stride * inputs * taps];
        for (int input = 0; input < inputs; input++)
        {
            for (int output = 0; output < outputs; output++)
            {
                for (int place = 0; place < kernel; place++)
                    phases[((((((output * stride) + (place % stride)) * inputs) + input) * taps) + (taps - 1 - (place / stride)))] = weight[(((input * outputs) + output) * kernel) + place];
            }
        }

        float[] repeated = [.. bias.ToArray().SelectMany(value => Enumerable.Repeat(value, stride))];
        return new TorchTransposedConv(layout, Lasting(phases, [outputs * stride, inputs, taps, 1], products), BiasOf(repeated));
    }

    public Tensor ConvTranspose(Tensor x, TransposedConvWeights weights, int skip = 0, int? length = null, Activation activation = Activation.None)
    {
        TorchTensor from = Mine(x);
        TorchTransposedConv conv = weights as TorchTransposedConv ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        TransposedConvLayout layout = conv.Layout;
        Require(x.Rank is 3 or 4 && x.Size(1) == layout.Inputs, $"{x} has not {layout.Inputs} channels.");
        Require(activation != Activation.Glu, "GLU halves channels; after a transposed convolution it stands by itself.");
        bool isLine = x.Rank == 3;
        int batch = x.Size(0), size = x.Size(2), width = isLine ? 1 : x.Size(3), whole = size == 0 ? 0 : ((size - 1) * layout.Stride) + layout.Kernel, kept = length ?? whole - skip;
        Require(skip >= 0 && kept >= 0 && skip <= whole - kept, $"Of {whole} positions, those from {skip} to {skip + kept} are not there.");
        if (kept == 0 || batch == 0 || width == 0) return Zeros(isLine ? [batch, layout.Outputs, kept] : [batch, layout.Outputs, kept, width]);
        int steps = size + conv.Taps - 1;
        return New(() =>
        {
            Native image = isLine ? Fast(from.Native).unsqueeze(3) : Fast(from.Native);
            Native y = torch.nn.functional.conv2d(image, conv.Weight, conv.Bias, [1, 1], [conv.Taps - 1, 0], [1, 1]);                            // (B, outputs · stride, steps, width)
            y = y.reshape(batch, layout.Outputs, layout.Stride, steps, width).transpose(2, 3).reshape(batch, layout.Outputs, steps * layout.Stride, width);
            y = Activated(y.narrow(2, skip, kept), activation, 1).contiguous();
            return isLine ? y.squeeze(3) : y;
        });
    }

    static long[] Both(Extent extent) => [extent.Height, extent.Width];

    static int OutSize(int size, int kernel, int stride, int padding, int dilation)
    {
        int room = size + (2 * padding) - (dilation * (kernel - 1)) - 1;
        Require(room >= 0, $"A kernel of {kernel}, dilated by {dilation}, is longer than {size} and its padding.");
        return (room / stride) + 1;
    }
}
