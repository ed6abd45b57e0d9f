using DgxMusic.Tensors.Kernels;

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
            for (int other = 0; other < shape.Length; other++)
                Require(other == along || part.Size(other) == shape[other], $"{part} and {parts[0]} differ beside axis {along}.");
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
        Require(
            axes.Length == x.Rank && axes.ToArray().Order().SequenceEqual(Enumerable.Range(0, x.Rank)),
            $"({string.Join(", ", axes.ToArray())}) is no order of the axes of {x}.");
        int[] shape = new int[x.Rank];
        long[] steps = new long[x.Rank], fromSteps = StepsOf(x.Shape);
        for (int axis = 0; axis < shape.Length; axis++) (shape[axis], steps[axis]) = (x.Size(axes[axis]), fromSteps[axes[axis]]);
        ManagedTensor to = New(shape);
        if (to.Length == 0) return to;
        PermutePlan plan = PermutePlan.For(shape, steps);
        pool.Run(plan.Tasks, new PermuteWork(from, to, plan));
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
            for (long i = first; i < last; i++)
                Copy(from.Data + (i * fromStep) + fromStart + start, to.Data + (i * toStep) + toStart + start, Math.Min(Chunk, run - start));
        }
    }

    readonly struct PermuteWork(ManagedTensor from, ManagedTensor to, PermutePlan plan) : IWork
    {
        public void Run(int task, int worker)
        {
            long first = (long)task * plan.PiecesPerTask, last = Math.Min(plan.Pieces, first + plan.PiecesPerTask);
            for (long piece = first; piece < last; piece++)
            {
                var (source, target, count) = plan.Of(piece);
                if (plan.Copies) Copy(from.Data + source, to.Data + target, count);
                else Transpose.Run(from.Data + source, plan.LastStep, plan.LastSize, count, to.Data + target, plan.RunTarget);
            }
        }
    }

    static void Copy(float* from, float* to, long count) => Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));
}
