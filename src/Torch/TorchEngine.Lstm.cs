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

    // Step by step: the module of libtorch cannot be moved to a device without the risk of ending the process.
    public Tensor Lstm(Tensor x, LstmWeights weights)
    {
        TorchTensor from = Mine(x);
        TorchLstm lstm = weights as TorchLstm ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        Require(x.Rank == 3 && x.Size(2) == lstm.Layout.Inputs, $"{x} does not end in {lstm.Layout.Inputs} inputs.");
        int batch = x.Size(0), times = x.Size(1), size = lstm.Layout.Hidden;
        return New(() =>
        {
            Native gates = torch.nn.functional.linear(Exact(from.Native), lstm.Input, lstm.Bias);             // (B, T, 4 hidden)
            Native to = torch.zeros([batch, times, size], torch.float32, device), cell = torch.zeros([batch, size], torch.float32, device), state = torch.zeros([batch, size], torch.float32, device);
            for (int time = 0; time < times; time++) Step(gates.select(1, time), lstm.Hidden, cell, state, to.select(1, time));
            return to;
        });
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
