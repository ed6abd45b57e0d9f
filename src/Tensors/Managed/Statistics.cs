using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <param name="SquaredDistances">Σ (x - mean)².</param>
readonly unsafe record struct Statistics(double Count, double Mean, double SquaredDistances)
{
    const int Block = MomentKernel<Lanes1, float>.Block;

    /// <param name="count">At most one block.</param>
    internal static Statistics Of(KernelSet kernels, float* values, int count)
    {
        (double mean, double squares) = kernels.Moments(values, count);
        return new(count, mean, squares);
    }

    /// <summary>Any number of values, block by block.</summary>
    internal static Statistics Over(KernelSet kernels, float* values, int count)
    {
        Statistics all = default;
        for (int start = 0; start < count; start += Block) all = Join(all, Of(kernels, values + start, Math.Min(Block, count - start)));
        return all;
    }

    internal static double Energy(KernelSet kernels, float* values, int count)
    {
        double energy = 0;
        for (int start = 0; start < count; start += Block) energy += kernels.Energy(values + start, Math.Min(Block, count - start));
        return energy;
    }

    /// <summary>Those of both sets together; Chan, Golub and LeVeque, 1979.</summary>
    internal static Statistics Join(Statistics a, Statistics b)
    {
        if (a.Count == 0) return b;
        double count = a.Count + b.Count, apart = b.Mean - a.Mean;
        return new(count, a.Mean + (apart * b.Count / count), a.SquaredDistances + b.SquaredDistances + (apart * apart * a.Count * b.Count / count));
    }
}
