namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    sealed class ManagedLinear(LinearLayout layout, Packed packed, float[]? bias) : LinearWeights(layout)
    {
        internal Packed Packed { get; } = packed;

        internal float[]? Bias { get; } = bias;
    }

    public LinearWeights Prepare(LinearLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default, WeightStorage storage = WeightStorage.Float32)
    {
        Require(layout.Inputs > 0 && layout.Outputs > 0, $"A layer of {layout.Inputs} inputs and {layout.Outputs} outputs computes nothing.");
        RequireValues(weight, (long)layout.Inputs * layout.Outputs, bias, layout.Outputs);
        Packed packed = Packed.Rows(Lasting, pool, weight, layout.Outputs, layout.Inputs, kernels.Columns, storage);
        return new ManagedLinear(layout, packed, bias.IsEmpty ? null : bias.ToArray());
    }

    public Tensor Linear(Tensor x, LinearWeights weights, Finish finish = default)
    {
        ManagedTensor from = Mine(x);
        ManagedLinear linear = weights as ManagedLinear ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        Require(x.Rank > 0 && x.Size(-1) == linear.Layout.Inputs, $"{x} does not end in {linear.Layout.Inputs} inputs.");
        Require(finish.Activation != Activation.Glu, "GLU halves channels; after a linear layer it stands by itself.");
        ManagedTensor to = New([.. x.Shape[..^1], linear.Layout.Outputs]);
        (ManagedTensor? scale, ManagedTensor? residual) = Checked(finish, to, linear.Layout.Outputs);
        int rows = linear.Layout.Inputs == 0 ? 0 : (int)(x.Length / linear.Layout.Inputs);
        var ending = new TokenFinish(kernels, linear.Bias, finish.Activation, scale, residual, to, linear.Layout.Outputs);
        RunTokens(new TokenSource(from.Data, linear.Layout.Inputs), rows, linear.Packed, ending);
        GC.KeepAlive(from);
        return to;
    }

    public Tensor MatMul(Tensor a, Tensor b, bool transposed = false)
    {
        ManagedTensor left = Mine(a), right = Mine(b);
        Require(a.Rank >= 2 && a.Rank == b.Rank, $"{a} and {b} are not stacks of matrices of one depth.");
        int rows = a.Size(-2), depth = a.Size(-1), columns = b.Size(transposed ? -2 : -1), batch = (int)Product(a.Shape[..^2]);
        Require(b.Size(transposed ? -1 : -2) == depth && a.Shape[..^2].SequenceEqual(b.Shape[..^2]), $"{a} and {b} do not fit.");
        ManagedTensor to = New([.. a.Shape[..^1], columns]);
        for (int item = 0; item < batch; item++)
        {
            float* matrix = right.Data + ((long)item * depth * columns);
            using var packed = Packed.Of(Buffers, columns, depth, kernels.Columns, (j, k) => transposed ? matrix[((long)j * depth) + k] : matrix[((long)k * columns) + j]);
            var ending = new TokenFinish(kernels, null, Activation.None, null, null, to.View((long)item * rows * columns, [rows, columns]), columns);
            RunTokens(new TokenSource(left.Data + ((long)item * rows * depth), depth), rows, packed, ending);
        }

        GC.KeepAlive(left);
        GC.KeepAlive(right);
        return to;
    }

    void RunTokens(TokenSource source, int rows, Packed weights, TokenFinish finish)
    {
        if (rows == 0 || weights.Outer == 0) return;
        if (rows <= FewRowsWork.MostRows)
        {
            var few = new FewRowsWork(kernels, scratch, source, rows, weights, finish, Threads);
            pool.Run(few.Tasks, few);
            return;
        }

        TokenPlan plan = TokenPlan.For(rows, weights.Outer, kernels, Threads);
        pool.Run(plan.Tasks, new TokenWork(kernels, scratch, source, weights, finish, plan));
    }

    (ManagedTensor? Scale, ManagedTensor? Residual) Checked(Finish finish, ManagedTensor to, int channels)
    {
        Require(finish.Scale is null || finish.Scale.Length == channels, $"The scale {finish.Scale} is not one of {channels} channels.");
        Require(finish.Residual is null || finish.Residual.Shape.SequenceEqual(to.Shape), $"The residual {finish.Residual} has not the shape {to} of the result.");
        return (MineOrNull(finish.Scale), MineOrNull(finish.Residual));
    }

    static void RequireValues(ReadOnlySpan<float> weight, long expected, ReadOnlySpan<float> bias, int outputs)
    {
        Require(weight.Length == expected, $"The layer asks for {expected} weights; there are {weight.Length}.");
        Require(bias.IsEmpty || bias.Length == outputs, $"The layer asks for {outputs} biases; there are {bias.Length}.");
    }
}
