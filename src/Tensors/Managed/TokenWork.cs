using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>Rows of values, one after another.</summary>
readonly unsafe struct TokenSource(float* data, int depth)
{
    internal int Depth => depth;

    internal float* Data => data;

    /// <summary>Strips of <paramref name="width"/> rows; for each depth from start on the strip's values side by side.</summary>
    internal void Pack(int firstRow, int rows, int start, int count, int width, float* to)
    {
        for (int row = 0; row < rows; row += width, to += width * count)
            Transpose.Run(data + ((long)(firstRow + row) * depth) + start, depth, Math.Min(width, rows - row), count, to, width);
    }
}

/// <summary>How a product of tokens and weights is cut into tasks. Changes no bit of the result.</summary>
readonly record struct TokenPlan(int Rows, int Columns, int TileRows, int TileColumns)
{
    /// <summary>Results of a tile are 288 KB, its packed tokens 48 KB: a second-level cache of 1 MB holds those of two threads that share it.</summary>
    const int MostRows = 96, MostColumns = 768;

    internal int Across => (Columns + TileColumns - 1) / TileColumns;

    internal int Tasks => (Rows + TileRows - 1) / TileRows * Across;

    internal static TokenPlan For(int rows, int columns, KernelSet kernels, int threads)
    {
        int tileRows = Math.Min(MostRows, RoundUp(rows, kernels.Rows)), tileColumns = RoundUp(Math.Min(MostColumns, columns), kernels.Columns);
        var plan = new TokenPlan(rows, columns, tileRows, tileColumns);

        // Smaller tiles while there are too few for all threads to end at about the same time.
        while (plan.Tasks < 4 * threads && threads > 1 && plan.TileColumns > kernels.Columns)
            plan = plan with { TileColumns = RoundUp(plan.TileColumns / 2, kernels.Columns) };
        return plan;
    }

    static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}

/// <summary>What becomes of a finished row of products: bias, activation, scale, residual.</summary>
readonly unsafe struct TokenFinish(
    KernelSet kernels, float[]? bias, Activation activation, ManagedTensor? scale, ManagedTensor? residual, ManagedTensor to, int columns)
{
    internal void Take(float* values, int row, int firstColumn, int count)
    {
        long at = ((long)row * columns) + firstColumn;
        float* target = to.Data + at;
        if (bias is not null)
        {
            fixed (float* b = bias) kernels.Combine(Operation.Add, values, false, b + firstColumn, false, values, count);
        }

        kernels.Activate(activation, values, scale is null && residual is null ? target : values, count);
        if (residual is not null && scale is not null) kernels.Affine(values, scale.Data + firstColumn, residual.Data + at, target, count);
        else if (residual is not null) kernels.Combine(Operation.Add, values, false, residual.Data + at, false, target, count);
        else if (scale is not null) kernels.Combine(Operation.Multiply, values, false, scale.Data + firstColumn, false, target, count);
    }
}

/// <summary>Tiles of (rows × depth) · (depth × columns): tokens packed on the way, weights packed before.</summary>
readonly unsafe struct TokenWork(KernelSet kernels, Scratch scratch, TokenSource source, Packed weights, TokenFinish finish, TokenPlan plan) : IWork
{
    public void Run(int task, int worker)
    {
        int firstRow = task / plan.Across * plan.TileRows, firstColumn = task % plan.Across * plan.TileColumns;
        int rows = Math.Min(plan.TileRows, plan.Rows - firstRow), columns = Math.Min(plan.TileColumns, plan.Columns - firstColumn);
        float* results = scratch.For(worker, ((long)plan.TileRows * plan.TileColumns) + ((long)plan.TileRows * Packed.Block));
        float* strips = results + ((long)plan.TileRows * plan.TileColumns);
        for (int start = 0; start < source.Depth; start += Packed.Block)
        {
            int depth = Math.Min(Packed.Block, source.Depth - start);
            source.Pack(firstRow, rows, start, depth, kernels.Rows, strips);
            Tile.Multiply(
                kernels, weights.Storage, strips, kernels.Rows * depth, weights.BytesAt(firstColumn, start), weights.StripBytes, results, plan.TileColumns, rows, columns, depth, add: start > 0);
        }

        for (int row = 0; row < rows; row++) finish.Take(results + ((long)row * plan.TileColumns), firstRow + row, firstColumn, columns);
    }
}

/// <summary>A few rows against all weights, strip by strip: a task's strips are one stretch of memory that is read once, from its start to its end.</summary>
readonly unsafe struct FewRowsWork(KernelSet kernels, Scratch scratch, TokenSource source, int rows, Packed weights, TokenFinish finish, int threads) : IWork
{
    /// <summary>As many as the kernels take unpacked.</summary>
    internal const int MostRows = 4;

    /// <summary>So that threads end together where others use the processor too; each task is a stretch of memory that its thread's prefetches run past.</summary>
    const int TasksPerThread = 4;

    internal int Tasks => threads == 1 ? 1 : Math.Min(weights.Strips, TasksPerThread * threads);

    public void Run(int task, int worker)
    {
        int width = kernels.Columns, each = weights.Strips / Tasks, more = weights.Strips % Tasks;
        // The longer tasks first.
        int strip = (task * each) + Math.Min(task, more), last = strip + each + (task < more ? 1 : 0);
        float* results = scratch.For(worker, (long)MostRows * width);
        for (; strip < last; strip++)
        {
            int first = strip * width;
            kernels.FewRows(weights.Storage, source.Data, source.Depth, weights.BytesAt(first, 0), results, rows, source.Depth, Packed.Block);
            for (int row = 0; row < rows; row++) finish.Take(results + (row * width), row, first, Math.Min(width, weights.Outer - first));
        }
    }
}
