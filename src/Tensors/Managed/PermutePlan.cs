namespace DgxMusic.Tensors.Managed;

/// <summary>
/// A change of the order of axes, cut into tasks. What stays side by side is copied; else each task transposes a plane of the axis
/// that was innermost (a run of it) and the one that becomes innermost.
/// </summary>
sealed class PermutePlan
{
    /// <summary>Of the axis that was innermost: so many lines of the result stay in a first cache while they are filled.</summary>
    const int MostRun = 256;

    /// <summary>Values a task, where single pieces are shorter.</summary>
    const int MostValues = 1 << 14;

    readonly int[] sizes;
    readonly long[] sources;
    readonly long[] targets;
    readonly int run;
    readonly int chunks;
    readonly int longest;

    /// <param name="axes">Size, step in the source and step in the result of each axis, in the order of the result; neighbours in both are one.</param>
    PermutePlan(List<(int Size, long Source, long Target)> axes)
    {
        int inner = axes.FindLastIndex(axis => axis.Source == 1);
        Copies = inner == axes.Count - 1;
        (LastSize, LastStep) = Copies ? (1, 0) : (axes[^1].Size, axes[^1].Source);
        (run, RunTarget) = inner < 0 ? (1, 0) : (axes[inner].Size, axes[inner].Target);
        longest = Copies ? Math.Max(1, run) : MostRun;
        chunks = (run + longest - 1) / longest;
        var others = axes.Where((_, i) => i != inner && (Copies || i != axes.Count - 1)).ToList();
        (sizes, sources, targets) = ([.. others.Select(axis => axis.Size)], [.. others.Select(axis => axis.Source)], [.. others.Select(axis => axis.Target)]);
        Pieces = sizes.Aggregate((long)chunks, (product, size) => product * size);
        PiecesPerTask = Math.Max(1, MostValues / (Math.Min(run, longest) * LastSize));
        Tasks = checked((int)((Pieces + PiecesPerTask - 1) / PiecesPerTask));
    }

    internal int Tasks { get; }

    internal long Pieces { get; }

    internal int PiecesPerTask { get; }

    internal bool Copies { get; }

    internal int LastSize { get; }

    internal long LastStep { get; }

    /// <summary>Step in the result of the axis that was innermost.</summary>
    internal long RunTarget { get; }

    internal static PermutePlan For(int[] shape, long[] sourceSteps)
    {
        List<(int Size, long Source, long Target)> axes = [];
        long target = 1;
        for (int axis = shape.Length - 1; axis >= 0; target *= shape[axis], axis--)
        {
            if (shape[axis] == 1) continue;
            if (axes.Count > 0 && sourceSteps[axis] == axes[0].Source * axes[0].Size) axes[0] = (axes[0].Size * shape[axis], axes[0].Source, axes[0].Target);
            else axes.Insert(0, (shape[axis], sourceSteps[axis], target));
        }

        if (axes.Count == 0) axes.Add((1, 1, 1));
        return new(axes);
    }

    internal (long Source, long Target, int Count) Of(long piece)
    {
        int start = (int)(piece % chunks) * longest;
        long rest = piece / chunks;
        long source = start, target = start * (Copies ? 1 : RunTarget);
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            source += rest % sizes[axis] * sources[axis];
            target += rest % sizes[axis] * targets[axis];
            rest /= sizes[axis];
        }

        return (source, target, Math.Min(longest, run - start));
    }
}
