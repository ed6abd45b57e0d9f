namespace DgxMusic.Tensors.Managed;

/// <summary>How two shapes fit, from the last axis on: runs of values in which each operand either goes along or stays on one value.</summary>
sealed class Broadcast
{
    readonly int[] sizes;
    readonly long[] aSteps;
    readonly long[] bSteps;

    Broadcast(int[] shape, int runAxes, long[] aSteps, long[] bSteps)
    {
        (Shape, this.aSteps, this.bSteps) = (shape, aSteps, bSteps);
        sizes = shape[..^runAxes];
        Run = 1;
        foreach (int size in shape[^runAxes..]) Run *= size;
        Runs = 1;
        foreach (int size in sizes) Runs *= size;
    }

    internal int[] Shape { get; }

    /// <summary>Values in a run.</summary>
    internal long Run { get; }

    internal long Runs { get; }

    internal bool ARepeats { get; private init; }

    internal bool BRepeats { get; private init; }

    internal static Broadcast Of(Tensor a, Tensor b)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int[] aShape = Padded(a.Shape, rank), bShape = Padded(b.Shape, rank), shape = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            if (aShape[axis] != bShape[axis] && aShape[axis] != 1 && bShape[axis] != 1) throw new ArgumentException($"The shapes {a} and {b} do not go together.");
            shape[axis] = aShape[axis] == 1 ? bShape[axis] : aShape[axis];
        }

        bool aRepeats = false, bRepeats = false;
        int runAxes = 0, first = rank;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            bool aStays = aShape[axis] == 1 && shape[axis] > 1, bStays = bShape[axis] == 1 && shape[axis] > 1;
            if (shape[axis] > 1 && first == rank) (first, aRepeats, bRepeats) = (axis, aStays, bStays);
            else if (shape[axis] > 1 && (aStays != aRepeats || bStays != bRepeats)) break;
            runAxes++;
        }

        int outer = rank - runAxes;
        return new(shape, runAxes, Steps(aShape, outer), Steps(bShape, outer)) { ARepeats = aRepeats, BRepeats = bRepeats };
    }

    /// <summary>Where a run's values begin.</summary>
    internal (long A, long B) Offsets(long run)
    {
        long fromA = 0, fromB = 0;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            long index = run % sizes[axis];
            run /= sizes[axis];
            fromA += index * aSteps[axis];
            fromB += index * bSteps[axis];
        }

        return (fromA, fromB);
    }

    static int[] Padded(ReadOnlySpan<int> shape, int rank) => [.. Enumerable.Repeat(1, rank - shape.Length), .. shape.ToArray()];

    static long[] Steps(int[] shape, int axes)
    {
        long[] steps = new long[axes];
        long step = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            if (axis < axes) steps[axis] = shape[axis] == 1 ? 0 : step;
            step *= shape[axis];
        }

        return steps;
    }
}
