using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

/// <summary>One image of one batch item as a matrix: a row for each tap, a column for each position of the result. Zeros around.</summary>
readonly unsafe struct PatchSource(KernelSet kernels, Image image, int outWidth, Extent stride, Tap[] taps)
{
    /// <summary>Packs some taps of the positions from <paramref name="first"/> on, strip by strip.</summary>
    internal void Pack(int first, int count, int start, int depth, float* to)
    {
        int width = kernels.Columns;
        ReadOnlySpan<Tap> some = taps.AsSpan(start, depth);
        for (int strip = 0; strip < count; strip += width, to += (long)width * depth)
        {
            int end = Math.Min(width, count - strip);
            for (int lane = 0; lane < end;)
            {
                int row = (first + strip + lane) / outWidth, column = (first + strip + lane) % outWidth, run = Math.Min(end - lane, outWidth - column);
                kernels.Patch(image, some, row * stride.Height, column * stride.Width, stride.Width, run, to + lane, width);
                lane += run;
            }

            for (int k = 0; end < width && k < depth; k++) new Span<float>(to + ((long)k * width) + end, width - end).Clear();
        }
    }
}
