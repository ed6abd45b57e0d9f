using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    sealed class ManagedTransposedConv(TransposedConvLayout layout, Packed packed, int taps, float[]? bias) : TransposedConvWeights(layout)
    {
        internal Packed Packed { get; } = packed;

        /// <summary>Inputs that one output sees: kernel / stride, rounded up.</summary>
        internal int Taps { get; } = taps;

        internal float[]? Bias { get; } = bias;
    }

    // Output stride·j + p sums W[p + stride·q] x[j - q] over q. So this is a plain convolution with (output, phase p) as channels,
    // whose results are then interleaved: every output is gathered by one task, nothing is added twice.
    public TransposedConvWeights Prepare(TransposedConvLayout layout, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias = default)
    {
        var (inputs, outputs, kernel, stride) = (layout.Inputs, layout.Outputs, layout.Kernel, layout.Stride);
        Require(Math.Min(Math.Min(inputs, outputs), Math.Min(kernel, stride)) > 0, $"A transposed convolution of layout {layout} computes nothing.");
        RequireValues(weight, (long)inputs * outputs * kernel, bias, outputs);
        int taps = (kernel + stride - 1) / stride;
        fixed (float* from = weight)
        {
            float* at = from;
            var packed = Packed.Of(Lasting, outputs * stride, inputs * taps, kernels.Rows, (row, k) =>
            {
                int place = (row % stride) + (k % taps * stride);
                return place < kernel ? at[((((long)(k / taps)) * outputs) + (row / stride)) * kernel + place] : 0;
            });
            return new ManagedTransposedConv(layout, packed, taps, bias.IsEmpty ? null : bias.ToArray());
        }
    }

    public Tensor ConvTranspose(Tensor x, TransposedConvWeights weights, int skip = 0, int? length = null, Activation activation = Activation.None)
    {
        ManagedTensor from = Mine(x);
        ManagedTransposedConv conv = weights as ManagedTransposedConv ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        TransposedConvLayout layout = conv.Layout;
        Require(x.Rank is 3 or 4 && x.Size(1) == layout.Inputs, $"{x} has not {layout.Inputs} channels.");
        Require(activation != Activation.Glu, "GLU halves channels; after a transposed convolution it stands by itself.");
        bool line = x.Rank == 3;
        int size = x.Size(2), width = line ? 1 : x.Size(3), whole = size == 0 ? 0 : ((size - 1) * layout.Stride) + layout.Kernel, kept = length ?? whole - skip;
        Require(skip >= 0 && kept >= 0 && skip <= whole - kept, $"Of {whole} positions, those from {skip} to {skip + kept} are not there.");
        ManagedTensor to = line ? New(x.Size(0), layout.Outputs, kept) : New(x.Size(0), layout.Outputs, kept, width);
        if (to.Length == 0) return to;

        int origin = skip / layout.Stride, steps = ((skip + kept - 1) / layout.Stride) - origin + 1;
        Tap TapOf(int k) => line ? new(k / conv.Taps, 0, origin - (k % conv.Taps)) : new(k / conv.Taps, origin - (k % conv.Taps), 0);
        Tap[] taps = [.. Enumerable.Range(0, layout.Inputs * conv.Taps).Select(TapOf)];
        var source = line ? new ImageSource(from, 1, size, steps, new(1, 1), taps) : new ImageSource(from, size, width, width, new(1, 1), taps);
        var plan = ImagePlan.For(x.Size(0), (long)steps * width, conv.Packed, kernels, Threads);
        var ending = new PhaseFinish(kernels, conv.Bias, activation, to, layout.Outputs, layout.Stride, skip - (origin * layout.Stride), kept, width);
        pool.Run(plan.Tasks, new PhaseWork(kernels, scratch, source, conv.Packed, ending, plan));
        return to;
    }

    /// <summary>Interleaves the phases of a transposed convolution.</summary>
    /// <param name="skip">Positions before the first kept one.</param>
    /// <param name="width">Of the rows that move as a whole; 1 on a line.</param>
    readonly struct PhaseFinish(KernelSet kernels, float[]? bias, Activation activation, ManagedTensor to, int outputs, int stride, int skip, int kept, int width)
    {
        internal void Take(float* values, int rowStep, ImageTile tile)
        {
            for (int row = tile.FirstOutput; row < tile.FirstOutput + tile.Outputs; row++, values += rowStep)
            {
                int channel = row / stride, phase = row % stride;
                if (bias is not null) kernels.Affine(values, 1, bias[channel], values, tile.Count);
                kernels.Activate(activation, values, values, tile.Count);
                float* image = to.Data + ((((long)tile.Item * outputs) + channel) * kept * width);
                if (width == 1) Interleave(values, image, tile.First, phase, tile.Count);
                else CopyRows(values, image, tile.First, phase, tile.Count);
            }
        }

        // Tried: all phases of a channel at once, as a transposition; a quarter slower for strides of 4.
        void Interleave(float* from, float* image, int first, int phase, int count)
        {
            int target = (first * stride) + phase - skip, start = target >= 0 ? 0 : Parts(-target, stride), end = Math.Min(count, Parts(kept - target, stride));
            target += start * stride;
            for (int i = start; i < end; i++, target += stride) image[target] = from[i];
        }

        void CopyRows(float* from, float* image, int first, int phase, int count)
        {
            for (int i = 0; i < count;)
            {
                int step = (first + i) / width, column = (first + i) % width, run = Math.Min(width - column, count - i), target = (step * stride) + phase - skip;
                if ((uint)target < (uint)kept) Copy(from + i, image + ((long)target * width) + column, run);
                i += run;
            }
        }
    }

    readonly struct PhaseWork(KernelSet kernels, Scratch scratch, ImageSource source, Packed weights, PhaseFinish finish, ImagePlan plan) : IWork
    {
        public void Run(int task, int worker)
        {
            ImageTile tile = plan.Tile(task);
            finish.Take(ImageProduct.Of(kernels, scratch, worker, source, weights, plan.TilePositions, tile), plan.TilePositions, tile);
        }
    }
}
