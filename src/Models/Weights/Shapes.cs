namespace DgxMusic.Models.Weights;

/// <summary>Shapes as files state them, before anybody trusts them.</summary>
static class Shapes
{
    const int MostDimensions = 16;

    /// <summary>The shape if its dimensions are few, none is negative and their product, with 1 for every 0, fits in an int; else null.</summary>
    public static int[]? Check(IReadOnlyList<long> sizes)
    {
        if (sizes.Count > MostDimensions) return null;
        long product = 1;
        foreach (long size in sizes)
        {
            if (size is < 0 or > int.MaxValue) return null;
            product *= Math.Max(1, size);
            if (product > int.MaxValue) return null;
        }

        return [.. sizes.Select(size => (int)size)];
    }

    public static int Count(int[] shape) => shape.Aggregate(1, (product, size) => product * size);
}
