using DgxMusic.Tensors;
using TorchSharp;
using Native = TorchSharp.torch.Tensor;

namespace DgxMusic.Torch;

public sealed partial class TorchEngine
{
    const int Gates = 4;

    /// <param name="input">(4 hidden, inputs).</param>
    /// <param name="hidden">(hidden, 4 hidden): transposed.</param>
    sealed class TorchLstm(LstmLayout layout, Native input, Native hidden, Native bias) : LstmWeights(layout)
    {
        internal Native Input => input;

        internal Native Hidden => hidden;

        internal Native Bias => bias;
    }

    public LstmWeights Prepare(LstmLayout layout, ReadOnlySpan<float> inputWeight, ReadOnlySpan<float> hiddenWeight, ReadOnlySpan<float> bias)
    {
        int size = layout.Hidden, rows = Gates * size;
        Require(size > 0 && layout.Inputs > 0, "A memory of no units or inputs keeps nothing.");
        RequireValues(inputWeight, (long)rows * layout.Inputs, bias, rows);
        RequireValues(hiddenWeight, (long)rows * size, bias, rows);
        float[] turned = new float[hiddenWeight.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < size; k++) turned[(k * rows) + row] = hiddenWeight[(row * size) + k];
        }

        // float32 whatever the products: an error of one step is heard by all later ones.
        Native shift = bias.IsEmpty ? Lasting(new float[rows], [rows], torch.float32) : Lasting(bias, [rows], torch.float32);
        return new TorchLstm(layout, Lasting(inputWeight, [rows, layout.Inputs], torch.float32), Lasting(turned, [size, rows], torch.float32), shift);
    }

    public Tensor Lstm(Tensor x, LstmWeights weights)
    {
        using ITensorScope inside = Scope();
        return inside.Keep(Lstm(x, weights, null).Y);
    }

    // Step by step: the module of libtorch cannot be moved to a device without the risk of ending the process.
    public (Tensor Y, LstmState After) Lstm(Tensor x, LstmWeights weights, LstmState? before)
    {
        TorchTensor from = Mine(x);
        TorchLstm lstm = weights as TorchLstm ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        Require(x.Rank == 3 && x.Size(2) == lstm.Layout.Inputs, $"{x} does not end in {lstm.Layout.Inputs} inputs.");
        int batch = x.Size(0), times = x.Size(1), size = lstm.Layout.Hidden;
        (Native? hidden, Native? memory) = before is null ? (null, null) : (StateOf(before.Hidden, batch, size), StateOf(before.Cell, batch, size));
        Tensor rows = New(() =>
        {
            Native to = torch.zeros([batch, times + 2, size], torch.float32, device), cell = torch.zeros([batch, size], torch.float32, device), state = torch.zeros([batch, size], torch.float32, device);
            if (memory is not null) cell.copy_(memory);
            if (hidden is not null) state.copy_(hidden);
            to.select(1, 0).copy_(state);
            if (times > 0)
            {
                Native gates = torch.nn.functional.linear(Exact(from.Native), lstm.Input, lstm.Bias);         // (B, T, 4 hidden)
                for (int time = 0; time < times; time++) Step(gates.select(1, time), lstm.Hidden, cell, state, to.select(1, time + 1));
            }

            to.select(1, times + 1).copy_(cell);
            return to;                                                                                          // the state before, every output, the cell after
        });
        return (Slice(rows, 1, 1, times), new(Slice(rows, 1, times, 1).Reshape(batch, size), Slice(rows, 1, times + 1, 1).Reshape(batch, size)));
    }

    Native StateOf(Tensor part, int batch, int size)
    {
        Require(part.Shape.SequenceEqual([batch, size]), $"{part} is no state of {batch} items and {size} units.");
        return Mine(part).Native;
    }

    /// <summary>c = σ(f) c + σ(i) tanh(g), h = σ(o) tanh(c); cell and state are changed.</summary>
    /// <param name="made">(B, 4 hidden): what the input gives.</param>
    static void Step(Native made, Native hidden, Native cell, Native state, Native to)
    {
        using DisposeScope step = torch.NewDisposeScope();
        long size = cell.shape[1];
        Native sums = made.addmm(state, hidden);                                                                // (B, 4 hidden)
        Native i = sums.narrow(1, 0, size).sigmoid(), f = sums.narrow(1, size, size).sigmoid(), g = sums.narrow(1, 2 * size, size).tanh(), o = sums.narrow(1, 3 * size, size).sigmoid();
        cell.mul_(f).Increase(i.mul_(g));
        state.copy_(o.mul_(cell.tanh()));
        to.copy_(state);
    }
}
