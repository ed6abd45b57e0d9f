using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    public (Tensor Mean, Tensor Deviation) Moments(Tensor x)
    {
        ManagedTensor from = Mine(x);
        Require(x.Rank > 0 && x.Length > x.Size(0), $"{x} has no two values an item.");
        int[] shape = [x.Size(0), .. Enumerable.Repeat(1, x.Rank - 1)];
        ManagedTensor mean = New(shape), deviation = New(shape);
        long count = x.Length / x.Size(0);
        Statistics[] statistics = StatisticsOf(from, count);
        for (int item = 0; item < statistics.Length; item++)
        {
            mean.Data[item] = (float)statistics[item].Mean;
            deviation.Data[item] = (float)Math.Sqrt(statistics[item].SquaredDistances / (count - 1));
        }

        GC.KeepAlive(mean);
        GC.KeepAlive(deviation);
        return (mean, deviation);
    }

    public Tensor GroupNorm(Tensor x, NormWeights norm, int groups = 1, NormSpan span = NormSpan.Item, Finish finish = default)
    {
        ManagedTensor from = Mine(x);
        int axis = span == NormSpan.Tokens ? 2 : 1;
        Require(span == NormSpan.Item ? x.Rank >= 2 : x.Rank == (span == NormSpan.Row ? 4 : 3), $"{x} has not the axes of {span}.");
        int channels = x.Size(axis);
        Require(groups > 0 && channels % groups == 0 && (groups == 1 || span != NormSpan.Tokens), $"{channels} channels of {span} do not make {groups} groups.");
        bool glu = finish.Activation == Activation.Glu;
        Require(!glu || (channels % 2 == 0 && span != NormSpan.Tokens), $"GLU halves {channels} channels along axis 1 only.");
        int outputs = glu ? channels / 2 : channels;
        ManagedTensor to = New([.. x.Shape[..axis], outputs, .. x.Shape[(axis + 1)..]]);
        (ManagedTensor? scale, ManagedTensor? residual) = Checked(finish, to, outputs);
        if (to.Length == 0) return to;
        var work = new NormWork(kernels, scratch, from, Checked(norm, channels), groups, finish.Activation, scale, residual, to);
        switch (span)
        {
            case NormSpan.Row:
                pool.Run(x.Size(0) * x.Size(2), new RowNormWork(work, x.Size(2), x.Size(3)));
                break;
            case NormSpan.Tokens:
                pool.Run(Parts(x.Length / channels, RowsPerTask(channels)), new TokenNormWork(work, StatisticsOf(from, (long)x.Size(1) * channels), x.Size(1)));
                break;
            default:
                long positions = x.Length / x.Size(0) / channels;
                Statistics[] statistics = StatisticsOf(from, positions * (channels / groups));
                pool.Run(checked((int)((long)x.Size(0) * outputs * Parts(positions, NormChunk))), new ItemNormWork(work, statistics, positions));
                break;
        }

        return to;
    }

    public Tensor LayerNorm(Tensor x, NormWeights norm)
    {
        ManagedTensor from = Mine(x), to = New(x.Shape);
        (ManagedTensor weight, ManagedTensor? bias, float epsilon) = Checked(norm, x.Size(-1));
        pool.Run(Parts(x.Length / Math.Max(1, x.Size(-1)), RowsPerTask(x.Size(-1))), new LayerNormWork(kernels, from, weight, bias, epsilon, centred: true, to));
        return to;
    }

    public Tensor RmsNorm(Tensor x, NormWeights norm)
    {
        ManagedTensor from = Mine(x), to = New(x.Shape);
        (ManagedTensor weight, ManagedTensor? bias, float epsilon) = Checked(norm, x.Size(-1));
        pool.Run(Parts(x.Length / Math.Max(1, x.Size(-1)), RowsPerTask(x.Size(-1))), new LayerNormWork(kernels, from, weight, bias, epsilon, centred: false, to));
        return to;
    }

    public Tensor Softmax(Tensor x)
    {
        ManagedTensor from = Mine(x), to = New(x.Shape);
        pool.Run(Parts(x.Length / Math.Max(1, x.Size(-1)), RowsPerTask(x.Size(-1))), new SoftmaxWork(kernels, from, to));
        return to;
    }

    (ManagedTensor Weight, ManagedTensor? Bias, float Epsilon) Checked(NormWeights norm, int channels)
    {
        Require(norm.Weight.Length == channels && (norm.Bias is null || norm.Bias.Length == channels), $"The norm of {norm.Weight} channels meets {channels}.");
        return (Mine(norm.Weight), MineOrNull(norm.Bias), norm.Epsilon);
    }

    static int RowsPerTask(int width) => Math.Max(1, Chunk / Math.Max(1, width));

    /// <summary>Mean and squared distances of runs of <paramref name="count"/> values, blocks of each joined in order.</summary>
    Statistics[] StatisticsOf(ManagedTensor x, long count)
    {
        int blocks = Parts(count, MomentKernel<Lanes1, float>.Block);
        var parts = new Statistics[x.Length / count * blocks];
        pool.Run(parts.Length, new MomentWork(kernels, x, count, blocks, parts));
        return [.. parts.Chunk(blocks).Select(run => run.Aggregate(Statistics.Join))];
    }

    readonly struct MomentWork(KernelSet kernels, ManagedTensor x, long count, int blocks, Statistics[] parts) : IWork
    {
        const int Block = MomentKernel<Lanes1, float>.Block;

        public void Run(int task, int worker)
        {
            long start = (long)(task % blocks) * Block;
            parts[task] = Statistics.Of(kernels, x.Data + (task / blocks * count) + start, (int)Math.Min(Block, count - start));
        }
    }

    readonly struct LayerNormWork(
        KernelSet kernels, ManagedTensor x, ManagedTensor weight, ManagedTensor? bias, float epsilon, bool centred, ManagedTensor to) : IWork
    {
        public void Run(int task, int worker)
        {
            int width = x.Size(-1), rows = RowsPerTask(width);
            long first = (long)task * rows, last = Math.Min(x.Length / width, first + rows);
            for (long row = first; row < last; row++)
            {
                float* from = x.Data + (row * width), put = to.Data + (row * width);
                Statistics statistics = centred ? Statistics.Over(kernels, from, width) : new(width, 0, Statistics.Energy(kernels, from, width));
                float factor = (float)(1 / Math.Sqrt((statistics.SquaredDistances / width) + epsilon));
                kernels.Affine(from, factor, (float)(-statistics.Mean * factor), put, width);
                if (bias is null) kernels.Combine(Operation.Multiply, put, false, weight.Data, false, put, width);
                else kernels.Affine(put, weight.Data, bias.Data, put, width);
            }
        }
    }

    readonly struct SoftmaxWork(KernelSet kernels, ManagedTensor x, ManagedTensor to) : IWork
    {
        public void Run(int task, int worker)
        {
            int width = x.Size(-1), rows = RowsPerTask(width);
            long first = (long)task * rows, last = Math.Min(x.Length / width, first + rows);
            for (long row = first; row < last; row++) kernels.Softmax.Row(x.Data + (row * width), to.Data + (row * width), width);
        }
    }
}
