using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    sealed class TorchLinear(LinearLayout layout, Native weight, Native? bias) : LinearWeights(layout)
    {
        internal Native Weight => weight;

        internal Native? Bias => bias;
    }

    // libtorch multiplies no float32 by numbers of fewer bits: weights have the values that their storage leaves them, and the size that products ask for.
    public LinearWeights Prepare(LinearLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default, WeightStorage storage = WeightStorage.Float32)
    {
        Require(layout.Inputs > 0 && layout.Outputs > 0, $"A layer of {layout.Inputs} inputs and {layout.Outputs} outputs computes nothing.");
        RequireValues(weight, (long)layout.Inputs * layout.Outputs, bias, layout.Outputs);
        if (storage != WeightStorage.Float32)
        {
            float[] rounded = weight.ToArray();
            StoredWeights.Round(storage, rounded, layout.Inputs);
            weight = rounded;
        }

        return new TorchLinear(layout, Lasting(weight, [layout.Outputs, layout.Inputs], products), BiasOf(bias));
    }

    public Tensor Linear(Tensor x, LinearWeights weights, Finish finish = default)
    {
        TorchTensor from = Mine(x);
        TorchLinear linear = weights as TorchLinear ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        Require(x.Rank > 0 && x.Size(-1) == linear.Layout.Inputs, $"{x} does not end in {linear.Layout.Inputs} inputs.");
        Require(finish.Activation != Activation.Glu, "GLU halves channels; after a linear layer it stands by itself.");
        Ending ending = Checked(finish, [.. x.Shape[..^1], linear.Layout.Outputs], x.Rank - 1);
        return New(() => Finished(torch.nn.functional.linear(Fast(from.Native), linear.Weight, linear.Bias), ending));
    }

    // Not torch.matmul: a failure inside it ends the process.
    public Tensor MatMul(Tensor a, Tensor b, bool transposed = false)
    {
        TorchTensor left = Mine(a), right = Mine(b);
        Require(a.Rank >= 2 && a.Rank == b.Rank, $"{a} and {b} are not stacks of matrices of one depth.");
        int rows = a.Size(-2), depth = a.Size(-1), columns = b.Size(transposed ? -2 : -1);
        Require(b.Size(transposed ? -1 : -2) == depth && a.Shape[..^2].SequenceEqual(b.Shape[..^2]), $"{a} and {b} do not fit.");
        long[] shape = Sizes([.. a.Shape[..^1], columns]);
        long batch = shape[..^2].Aggregate(1L, (product, size) => product * size);
        return New(() =>
        {
            Native first = Fast(left.Native).reshape(batch, rows, depth), second = Fast(right.Native).reshape(batch, b.Size(-2), b.Size(-1));
            return first.bmm(transposed ? second.transpose(1, 2) : second).reshape(shape);
        });
    }

    public Tensor Embedding(Tensor table, ReadOnlySpan<int> ids)
    {
        TorchTensor from = Mine(table);
        Require(table.Rank == 2, $"{table} is no table of rows.");
        foreach (int id in ids) Require((uint)id < (uint)table.Size(0), $"There is no row {id} among {table.Size(0)}.");
        int[] rows = ids.ToArray();
        return New(() => from.Native.index_select(0, torch.tensor(rows, device: device)));
    }

    Native? BiasOf(ReadOnlySpan<float> bias) => bias.IsEmpty ? null : Lasting(bias, [bias.Length], products);

    static void RequireValues(ReadOnlySpan<float> weight, long expected, ReadOnlySpan<float> bias, int outputs)
    {
        Require(weight.Length == expected, $"The layer asks for {expected} weights; there are {weight.Length}.");
        Require(bias.IsEmpty || bias.Length == outputs, $"The layer asks for {outputs} biases; there are {bias.Length}.");
    }
}
