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
        for (int done = 0; done < count;)
        {
            int row = (first + done) / outWidth, column = (first + done) % outWidth, run = Math.Min(count - done, outWidth - column);
            kernels.Patch(image, some, row * stride.Height, column * stride.Width, stride.Width, run, to + ((long)(done / width) * width * depth), done % width, width);
            done += run;
        }

        int end = count % width;
        float* last = to + ((long)(count / width) * width * depth);
        for (int k = 0; end > 0 && k < depth; k++) new Span<float>(last + ((long)k * width) + end, width - end).Clear();
    }
}
