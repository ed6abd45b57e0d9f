namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    public Tensor Pad(Tensor x, int before, int after, PadMode mode = PadMode.Zeros)
    {
        ManagedTensor from = Mine(x);
        int length = x.Size(-1);
        Require(before >= 0 && after >= 0, $"Padding by {before} and {after} would shorten.");
        Require(mode == PadMode.Zeros || Math.Max(before, after) < length, $"Reflection by {before} and {after} needs more than {length} values.");
        int[] shape = x.Shape.ToArray();
        shape[^1] += before + after;
        ManagedTensor to = New(shape);
        pool.Run((int)(length == 0 ? 0 : x.Length / length), new PadWork(from, before, after, mode, to));
        return to;
    }

    public Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts)
    {
        Require(parts.Length > 0, "There is nothing to join.");
        int along = parts[0].AxisOf(axis);
        int[] shape = parts[0].Shape.ToArray();
        shape[along] = 0;
        foreach (Tensor part in parts)
        {
            Require(part.Rank == shape.Length, $"{part} and {parts[0]} have different axes.");
            for (int other = 0; other < shape.Length; other++) Require(other == along || part.Size(other) == shape[other], $"{part} and {parts[0]} differ beside axis {along}.");
            shape[along] += part.Size(along);
        }

        ManagedTensor to = New(shape);
        int at = 0;
        foreach (Tensor part in parts)
        {
            Paste(Mine(part), part.Size(along), 0, to, shape[along], at, part.Size(along), along);
            at += part.Size(along);
        }

        return to;
    }

    public Tensor Slice(Tensor x, int axis, int start, int length)
    {
        ManagedTensor from = Mine(x);
        int along = x.AxisOf(axis), size = x.Size(along);
        Require(start >= 0 && length >= 0 && start <= size - length, $"Axis {along} of {x} has no values from {start} to {start + length}.");
        int[] shape = x.Shape.ToArray();
        shape[along] = length;
        long outer = Product(shape.AsSpan(0, along)), inner = Product(shape.AsSpan(along + 1));
        if (outer == 1) return from.View(start * inner, shape);
        ManagedTensor to = New(shape);
        Paste(from, size, start, to, length, 0, length, along);
        return to;
    }

    public Tensor Permute(Tensor x, params ReadOnlySpan<int> axes)
    {
        ManagedTensor from = Mine(x);
        Require(axes.Length == x.Rank && axes.ToArray().Order().SequenceEqual(Enumerable.Range(0, x.Rank)), $"({string.Join(", ", axes.ToArray())}) is no order of the axes of {x}.");
        int[] shape = new int[x.Rank];
        long[] steps = new long[x.Rank], fromSteps = StepsOf(x.Shape);
        for (int axis = 0; axis < shape.Length; axis++) (shape[axis], steps[axis]) = (x.Size(axes[axis]), fromSteps[axes[axis]]);
        ManagedTensor to = New(shape);
        if (to.Length == 0) return to;
        var (sizes, strides) = Merged(shape, steps);
        pool.Run(checked((int)(to.Length / ((long)sizes[^1] * sizes[^2]))), new PermuteWork(from, to, sizes, strides));
        return to;
    }

    /// <summary>Copies a part of an axis into a part of another tensor's axis.</summary>
    void Paste(ManagedTensor from, int fromSize, int fromStart, ManagedTensor to, int toSize, int toStart, int length, int axis)
    {
        long outer = Product(to.Shape[..axis]), inner = Product(to.Shape[(axis + 1)..]), run = length * inner;
        if (run == 0) return;
        int chunks = Parts(run, Chunk), runsPerTask = (int)Math.Max(1, Chunk / run);
        var work = new PasteWork(from, fromSize * inner, fromStart * inner, to, toSize * inner, toStart * inner, run, outer, chunks, runsPerTask);
        pool.Run(Parts(outer, runsPerTask) * chunks, work);
    }

    static long Product(ReadOnlySpan<int> sizes)
    {
        long product = 1;
        foreach (int size in sizes) product *= size;
        return product;
    }

    static long[] StepsOf(ReadOnlySpan<int> shape)
    {
        long[] steps = new long[shape.Length];
        long step = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            steps[axis] = step;
            step *= shape[axis];
        }

        return steps;
    }

    /// <summary>Joins axes that follow each other in both orders; at least two are left.</summary>
    static (int[] Sizes, long[] Steps) Merged(int[] shape, long[] steps)
    {
        List<int> sizes = [];
        List<long> strides = [];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] == 1) continue;
            if (sizes.Count > 0 && strides[^1] == steps[axis] * shape[axis]) (sizes[^1], strides[^1]) = (sizes[^1] * shape[axis], steps[axis]);
            else (sizes, strides) = ([.. sizes, shape[axis]], [.. strides, steps[axis]]);
        }

        while (sizes.Count < 2) (sizes, strides) = ([1, .. sizes], [0, .. strides]);
        return ([.. sizes], [.. strides]);
    }

    readonly struct PadWork(ManagedTensor from, int before, int after, PadMode mode, ManagedTensor to) : IWork
    {
        public void Run(int task, int worker)
        {
            int length = from.Size(-1);
            float* source = from.Data + ((long)task * length), target = to.Data + ((long)task * (before + length + after));
            for (int i = 0; i < before; i++) target[i] = mode == PadMode.Zeros ? 0 : source[before - i];
            Copy(source, target + before, length);
            for (int i = 0; i < after; i++) target[before + length + i] = mode == PadMode.Zeros ? 0 : source[length - 2 - i];
        }
    }

    readonly struct PasteWork(
        ManagedTensor from, long fromStep, long fromStart, ManagedTensor to, long toStep, long toStart, long run, long runs, int chunks, int runsPerTask) : IWork
    {
        public void Run(int task, int worker)
        {
            long first = task / chunks * (long)runsPerTask, last = Math.Min(runs, first + runsPerTask), start = (long)(task % chunks) * Chunk;
            for (long i = first; i < last; i++) Copy(from.Data + (i * fromStep) + fromStart + start, to.Data + (i * toStep) + toStart + start, Math.Min(Chunk, run - start));
        }
    }

    /// <summary>One plane of the last two axes, in squares that stay in the first cache.</summary>
    readonly struct PermuteWork(ManagedTensor from, ManagedTensor to, int[] sizes, long[] steps) : IWork
    {
        const int Side = 16;

        public void Run(int task, int worker)
        {
            int rows = sizes[^2], columns = sizes[^1];
            long offset = 0, rest = task, rowStep = steps[^2], columnStep = steps[^1];
            for (int axis = sizes.Length - 3; axis >= 0; axis--)
            {
                offset += rest % sizes[axis] * steps[axis];
                rest /= sizes[axis];
            }

            float* source = from.Data + offset, target = to.Data + ((long)task * rows * columns);
            if (columnStep == 1)
            {
                for (int row = 0; row < rows; row++) Copy(source + (row * rowStep), target + ((long)row * columns), columns);
                return;
            }

            for (int top = 0; top < rows; top += Side)
            {
                for (int left = 0; left < columns; left += Side) Square(source, target, top, Math.Min(rows, top + Side), left, Math.Min(columns, left + Side));
            }
        }

        void Square(float* source, float* target, int top, int bottom, int left, int right)
        {
            long rowStep = steps[^2], columnStep = steps[^1];
            int columns = sizes[^1];
            for (int row = top; row < bottom; row++)
            {
                float* at = source + (row * rowStep), put = target + ((long)row * columns);
                for (int column = left; column < right; column++) put[column] = at[column * columnStep];
            }
        }
    }

    static void Copy(float* from, float* to, long count) => Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));
}
