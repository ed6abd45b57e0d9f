using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>Some outputs at some positions of one image.</summary>
readonly record struct ImageTile(int Item, int First, int Count, int FirstOutput, int Outputs);

/// <summary>How the outputs and positions of a convolution are cut into tasks. Changes no bit of the result.</summary>
readonly record struct ImagePlan(int Items, int Positions, int TilePositions, int Outputs, int TileOutputs)
{
    /// <summary>Results of one tile: half of a second-level cache of 1 MB.</summary>
    const int MostResults = 1 << 17;

    /// <summary>
    /// So that threads end at about the same time, also where others use the processor. Fewer where each task reads more weights
    /// than a second-level cache holds (in floats): those come from memory that others use too.
    /// </summary>
    const int TasksPerThread = 16, TasksOfManyWeights = 4, ManyWeights = 1 << 17;

    /// <summary>Outputs of a task where there are at least twice as many: a block of their weights is 256 KB, and stays at hand for all positions.</summary>
    const int SomeOutputs = 512;

    internal int Tasks => Items * Down * Across;

    int Across => (Positions + TilePositions - 1) / TilePositions;

    int Down => (Outputs + TileOutputs - 1) / TileOutputs;

    /// <param name="areOutputsApart">False: what becomes of one depends on others.</param>
    internal static ImagePlan For(int items, long positions, Packed weights, KernelSet kernels, int threads, bool areOutputsApart = true)
    {
        int outputs = weights.Outer, tile = areOutputsApart && outputs >= 2 * SomeOutputs ? SomeOutputs : outputs;
        int tasks = (long)tile * weights.Depth > ManyWeights ? TasksOfManyWeights : TasksPerThread;
        int strips = Math.Clamp(MostResults / (kernels.Columns * (tile + kernels.Rows)), 1, 8);
        var plan = new ImagePlan(items, checked((int)positions), strips * kernels.Columns, outputs, tile);
        while (strips > 1 && threads > 1 && items * plan.Down * positions / (strips * kernels.Columns) < tasks * threads) strips--;
        return plan with { TilePositions = strips * kernels.Columns };
    }

    internal ImageTile Tile(int task)
    {
        int first = task % Across * TilePositions, output = task / Across % Down * TileOutputs;
        return new(task / Across / Down, first, Math.Min(TilePositions, Positions - first), output, Math.Min(TileOutputs, Outputs - output));
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
    internal void Take(float* values, int stride, ImageTile tile)
    {
        // With a GLU a tile has all outputs, and the gates behind the channels.
        int count = tile.Count, end = Math.Min(outputs, tile.FirstOutput + tile.Outputs);
        for (int channel = tile.FirstOutput; channel < end; channel++)
        {
            long at = (((long)tile.Item * outputs) + channel) * positions + tile.First;
            float* row = values + ((long)(channel - tile.FirstOutput) * stride), gate = activation == Activation.Glu ? row + ((long)outputs * stride) : null;
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
        ImageTile tile = plan.Tile(task);
        finish.Take(ImageProduct.Of(kernels, scratch, worker, source, weights, plan.TilePositions, tile), plan.TilePositions, tile);
    }
}

static unsafe class ImageProduct
{
    /// <summary>The outputs of a tile at its positions: rows of <paramref name="stride"/> values in the worker's scratch.</summary>
    internal static float* Of(KernelSet kernels, Scratch scratch, int worker, ImageSource source, Packed weights, int stride, ImageTile tile)
    {
        int rows = (tile.Outputs + kernels.Rows - 1) / kernels.Rows * kernels.Rows;
        float* results = scratch.For(worker, ((long)rows * stride) + ((long)stride * Packed.Block));
        float* patches = results + ((long)rows * stride);
        PatchSource image = source.Item(tile.Item, kernels);
        for (int start = 0; start < source.Depth; start += Packed.Block)
        {
            int depth = Math.Min(Packed.Block, source.Depth - start);
            image.Pack(tile.First, tile.Count, start, depth, patches);
            Tile.Multiply(
                kernels, weights.At(tile.FirstOutput, start), weights.StripStep, patches, (long)kernels.Columns * depth,
                results, stride, tile.Outputs, tile.Count, depth, add: start > 0);
        }

        return results;
    }
}
