using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>How the positions of a convolution are cut into tasks. Changes no bit of the result.</summary>
readonly record struct ImagePlan(int Items, int Positions, int TilePositions)
{
    /// <summary>Results of one tile: half of a second-level cache of 1 MB.</summary>
    const int MostResults = 1 << 17;

    /// <summary>
    /// So that threads end at about the same time, also where others use the processor. Fewer where each task reads more weights
    /// than a second-level cache holds (in floats): those come from memory that others use too.
    /// </summary>
    const int TasksPerThread = 16, TasksOfManyWeights = 4, ManyWeights = 1 << 17;

    internal int Across => (Positions + TilePositions - 1) / TilePositions;

    internal int Tasks => Items * Across;

    internal static ImagePlan For(int items, long positions, Packed weights, KernelSet kernels, int threads)
    {
        int outputs = weights.Outer, tasks = (long)outputs * weights.Depth > ManyWeights ? TasksOfManyWeights : TasksPerThread;
        int strips = Math.Clamp(MostResults / (kernels.Columns * (outputs + kernels.Rows)), 1, 8);
        while (strips > 1 && threads > 1 && items * positions / (strips * kernels.Columns) < tasks * threads) strips--;
        return new(items, checked((int)positions), strips * kernels.Columns);
    }
}

/// <summary>The images of a convolution.</summary>
readonly unsafe struct ImageSource(ManagedTensor images, int height, int width, int outWidth, Extent stride, Tap[] taps)
{
    internal int Depth => taps.Length;

    internal PatchSource Item(int item, KernelSet kernels) =>
        new(kernels, new(images.Data + ((long)item * images.Size(1) * height * width), height, width), outWidth, stride, taps);
}

/// <summary>What becomes of a finished tile of channels by positions.</summary>
readonly unsafe struct ImageFinish(
    KernelSet kernels, float[]? bias, Activation activation, ManagedTensor? scale, ManagedTensor? residual, ManagedTensor to, int outputs, int positions)
{
    internal void Take(float* values, int stride, int item, int first, int count)
    {
        for (int channel = 0; channel < outputs; channel++)
        {
            long at = (((long)item * outputs) + channel) * positions + first;
            float* row = values + ((long)channel * stride), gate = activation == Activation.Glu ? row + ((long)outputs * stride) : null;
            float gateBias = gate is null ? 0 : BiasOf(channel + outputs), factor = scale is null ? 1 : scale.Data[channel];
            kernels.Finish(row, new(activation, gate, BiasOf(channel), gateBias, factor, residual is null ? null : residual.Data + at), to.Data + at, count);
        }
    }

    float BiasOf(int channel) => bias is null ? 0 : bias[channel];
}

/// <summary>Tiles of (outputs × taps) · (taps × positions): weights packed before, patches on the way.</summary>
readonly unsafe struct ImageWork(KernelSet kernels, Scratch scratch, ImageSource source, Packed weights, ImageFinish finish, ImagePlan plan) : IWork
{
    public void Run(int task, int worker)
    {
        int item = task / plan.Across, first = task % plan.Across * plan.TilePositions, count = Math.Min(plan.TilePositions, plan.Positions - first);
        float* results = ImageTile.Multiply(kernels, scratch, worker, source, weights, plan, item, first, count);
        finish.Take(results, plan.TilePositions, item, first, count);
    }
}

static unsafe class ImageTile
{
    /// <summary>All outputs at some positions: rows of <see cref="ImagePlan.TilePositions"/> values in the worker's scratch.</summary>
    internal static float* Multiply(
        KernelSet kernels, Scratch scratch, int worker, ImageSource source, Packed weights, ImagePlan plan, int item, int first, int count)
    {
        int rows = (weights.Outer + kernels.Rows - 1) / kernels.Rows * kernels.Rows;
        float* results = scratch.For(worker, ((long)rows * plan.TilePositions) + ((long)plan.TilePositions * Packed.Block));
        float* patches = results + ((long)rows * plan.TilePositions);
        PatchSource image = source.Item(item, kernels);
        for (int start = 0; start < source.Depth; start += Packed.Block)
        {
            int depth = Math.Min(Packed.Block, source.Depth - start);
            image.Pack(first, count, start, depth, patches);
            Tile.Multiply(
                kernels, weights.At(0, start), weights.StripStep, patches, (long)kernels.Columns * depth,
                results, plan.TilePositions, weights.Outer, count, depth, add: start > 0);
        }

        return results;
    }
}
