using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    /// <summary>Values of a channel that are normalised at a time: they stay in the first cache until they are finished.</summary>
    const int NormChunk = 2048;

    /// <summary>What all spans of a group norm share: from statistics to finished values.</summary>
    readonly struct NormWork(
        KernelSet kernels, Scratch scratch, ManagedTensor x, (ManagedTensor Weight, ManagedTensor? Bias, float Epsilon) norm, int groups,
        Activation activation, ManagedTensor? scale, ManagedTensor? residual, ManagedTensor to)
    {
        internal KernelSet Kernels => kernels;

        internal Scratch Scratch => scratch;

        internal ManagedTensor X => x;

        internal ManagedTensor To => to;

        internal int Groups => groups;

        internal int Channels => (int)norm.Weight.Length;

        internal int Outputs => activation == Activation.Glu ? Channels / 2 : Channels;

        /// <summary>Factor and term that normalise a channel's values and weigh them.</summary>
        internal (float Factor, float Term) Of(int channel, Statistics statistics)
        {
            double factor = norm.Weight.Data[channel] / Math.Sqrt((statistics.SquaredDistances / statistics.Count) + norm.Epsilon);
            return ((float)factor, (float)((norm.Bias is null ? 0 : norm.Bias.Data[channel]) - (statistics.Mean * factor)));
        }

        /// <summary>Some values of one channel that leaves the norm. The gate of a GLU lies <paramref name="toGate"/> values further.</summary>
        /// <param name="statistics">One a group.</param>
        /// <param name="buffer">Room for twice the values.</param>
        internal void Finish(ReadOnlySpan<Statistics> statistics, int channel, long from, long toGate, long put, int count, float* buffer)
        {
            int perGroup = Channels / groups;
            (float factor, float term) = Of(channel, statistics[channel / perGroup]);
            kernels.Affine(x.Data + from, factor, term, buffer, count);
            if (activation == Activation.Glu)
            {
                (factor, term) = Of(channel + Outputs, statistics[(channel + Outputs) / perGroup]);
                kernels.Affine(x.Data + from + toGate, factor, term, buffer + count, count);
                kernels.Gate(buffer, buffer + count, buffer, count);
            }
            else
            {
                kernels.Activate(activation, buffer, buffer, count);
            }

            kernels.ScaleAndAdd(buffer, scale is null ? 1 : scale.Data[channel], residual is null ? null : residual.Data + put, to.Data + put, count);
        }

        internal void FinishToken(float* factors, float* terms, long at, float* buffer)
        {
            kernels.Affine(x.Data + at, factors, terms, buffer, Channels);
            kernels.Activate(activation, buffer, buffer, Channels);
            if (scale is not null) kernels.Combine(Operation.Multiply, buffer, false, scale.Data, false, buffer, Channels);
            kernels.ScaleAndAdd(buffer, 1, residual is null ? null : residual.Data + at, to.Data + at, Channels);
        }
    }

    /// <param name="statistics">One a group and item.</param>
    readonly struct ItemNormWork(NormWork norm, Statistics[] statistics, long positions) : IWork
    {
        public void Run(int task, int worker)
        {
            int chunks = Parts(positions, NormChunk), row = task / chunks, item = row / norm.Outputs, channel = row % norm.Outputs;
            long start = (long)(task % chunks) * NormChunk, from = ((((long)item * norm.Channels) + channel) * positions) + start;
            var mine = statistics.AsSpan(item * norm.Groups, norm.Groups);
            int count = (int)Math.Min(NormChunk, positions - start);
            norm.Finish(mine, channel, from, norm.Outputs * positions, (row * positions) + start, count, norm.Scratch.For(worker, 2 * NormChunk));
        }
    }

    /// <summary>One row of the images: few enough values to stay in the second cache between statistics and result.</summary>
    readonly struct RowNormWork(NormWork norm, int height, int width) : IWork
    {
        public void Run(int task, int worker)
        {
            int item = task / height, row = task % height, perGroup = norm.Channels / norm.Groups;
            long channelStep = (long)height * width, start = (item * norm.Channels * channelStep) + ((long)row * width);
            float* buffer = norm.Scratch.For(worker, 2L * width);
            Span<Statistics> statistics = norm.Groups <= 32 ? stackalloc Statistics[norm.Groups] : new Statistics[norm.Groups];
            statistics.Clear();
            for (int channel = 0; channel < norm.Channels; channel++)
            {
                ref Statistics group = ref statistics[channel / perGroup];
                group = Statistics.Join(group, Statistics.Over(norm.Kernels, norm.X.Data + start + (channel * channelStep), width));
            }

            long put = (item * norm.Outputs * channelStep) + ((long)row * width);
            for (int channel = 0; channel < norm.Outputs; channel++)
                norm.Finish(statistics, channel, start + (channel * channelStep), norm.Outputs * channelStep, put + (channel * channelStep), width, buffer);
        }
    }

    /// <param name="statistics">One an item.</param>
    readonly struct TokenNormWork(NormWork norm, Statistics[] statistics, int tokens) : IWork
    {
        public void Run(int task, int worker)
        {
            int channels = norm.Channels, rows = RowsPerTask(channels);
            long first = (long)task * rows, last = Math.Min(norm.X.Length / channels, first + rows);
            float* factors = norm.Scratch.For(worker, 3L * channels), terms = factors + channels, buffer = terms + channels;
            for (long row = first, item = -1; row < last; row++)
            {
                if (row / tokens != item)
                {
                    item = row / tokens;
                    for (int channel = 0; channel < channels; channel++) (factors[channel], terms[channel]) = norm.Of(channel, statistics[item]);
                }

                norm.FinishToken(factors, terms, row * channels, buffer);
            }
        }
    }
}
