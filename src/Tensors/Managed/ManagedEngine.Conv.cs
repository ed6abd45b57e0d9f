using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    sealed class ManagedConv(ConvLayout layout, Packed packed, Tap[] taps, float[]? bias) : ConvWeights(layout)
    {
        internal Packed Packed { get; } = packed;

        internal Tap[] Taps { get; } = taps;

        internal float[]? Bias { get; } = bias;
    }

    public ConvWeights Prepare(ConvLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default)
    {
        var (kernel, padding, dilation) = (layout.Kernel, layout.Padding, layout.Dilation);
        int depth = layout.Inputs * kernel.Height * kernel.Width, least = Math.Min(Math.Min(layout.Inputs, layout.Outputs), Math.Min(kernel.Height, kernel.Width));
        Require(least > 0, $"A convolution of {layout.Inputs} inputs, {layout.Outputs} outputs and a kernel of {kernel.Height} × {kernel.Width} computes nothing.");
        Require(Math.Min(layout.Stride.Height, layout.Stride.Width) > 0 && Math.Min(dilation.Height, dilation.Width) > 0, "A stride or a dilation is at least 1.");
        Require(Math.Min(padding.Height, padding.Width) >= 0, "A padding is at least 0.");
        RequireValues(weight, (long)layout.Outputs * depth, bias, layout.Outputs);
        Tap[] taps =
        [
            .. from channel in Enumerable.Range(0, layout.Inputs)
               from y in Enumerable.Range(0, kernel.Height)
               from x in Enumerable.Range(0, kernel.Width)
               select new Tap(channel, (y * dilation.Height) - padding.Height, (x * dilation.Width) - padding.Width),
        ];
        return new ManagedConv(layout, Packed.Rows(Lasting, weight, layout.Outputs, depth, kernels.Rows), taps, bias.IsEmpty ? null : bias.ToArray());
    }

    public Tensor Conv(Tensor x, ConvWeights weights, Finish finish = default)
    {
        ManagedTensor from = Mine(x);
        ManagedConv conv = weights as ManagedConv ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        ConvLayout layout = conv.Layout;
        Require(x.Rank is 3 or 4 && x.Size(1) == layout.Inputs, $"{x} has not {layout.Inputs} channels.");
        bool line = x.Rank == 3;
        Require(!line || (layout.Kernel.Height == 1 && layout.Padding.Height == 0), $"A kernel of height {layout.Kernel.Height} finds no height in {x}.");
        int height = line ? 1 : x.Size(2), width = x.Size(-1);
        int outHeight = OutSize(height, layout.Kernel.Height, layout.Stride.Height, layout.Padding.Height, layout.Dilation.Height);
        int outWidth = OutSize(width, layout.Kernel.Width, layout.Stride.Width, layout.Padding.Width, layout.Dilation.Width);
        bool glu = finish.Activation == Activation.Glu;
        Require(!glu || layout.Outputs % 2 == 0, $"GLU halves {layout.Outputs} channels, which are odd.");
        int outputs = glu ? layout.Outputs / 2 : layout.Outputs;
        ManagedTensor to = line ? New(x.Size(0), outputs, outWidth) : New(x.Size(0), outputs, outHeight, outWidth);
        (ManagedTensor? scale, ManagedTensor? residual) = Checked(finish, to, outputs);
        if (to.Length == 0) return to;

        var plan = ImagePlan.For(x.Size(0), (long)outHeight * outWidth, conv.Packed, kernels, Threads, areOutputsApart: !glu);
        var ending = new ImageFinish(kernels, conv.Bias, finish.Activation, scale, residual, to, outputs, outHeight * outWidth);
        pool.Run(plan.Tasks, new ImageWork(kernels, scratch, new(from, height, width, outWidth, layout.Stride, conv.Taps), conv.Packed, ending, plan));
        return to;
    }

    static int OutSize(int size, int kernel, int stride, int padding, int dilation)
    {
        int room = size + (2 * padding) - (dilation * (kernel - 1)) - 1;
        Require(room >= 0, $"A kernel of {kernel}, dilated by {dilation}, is longer than {size} and its padding.");
        return (room / stride) + 1;
    }
}
