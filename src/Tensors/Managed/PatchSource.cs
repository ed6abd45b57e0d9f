namespace DgxMusic.Tensors.Managed;

/// <summary>Where a weight of a convolution looks: its input channel, and how far from the output's position times the stride.</summary>
readonly record struct Tap(int Channel, int Down, int Right);

/// <summary>One image of one batch item as a matrix: a row for each tap, a column for each position of the result. Zeros around.</summary>
readonly unsafe struct PatchSource(float* data, int height, int width, int outWidth, Extent stride, Tap[] taps, int stripWidth)
{
    /// <summary>Packs some taps of the positions from <paramref name="first"/> on, strip by strip.</summary>
    internal void Pack(int first, int count, int start, int depth, float* to)
    {
        for (int strip = 0; strip < count; strip += stripWidth, to += (long)stripWidth * depth)
        {
            int end = Math.Min(stripWidth, count - strip);
            for (int lane = 0; lane < end;)
            {
                int row = (first + strip + lane) / outWidth, column = (first + strip + lane) % outWidth, run = Math.Min(end - lane, outWidth - column);
                PackRun(row, column, run, start, depth, to + lane);
                lane += run;
            }

            for (int k = 0; end < stripWidth && k < depth; k++) new Span<float>(to + ((long)k * stripWidth) + end, stripWidth - end).Clear();
        }
    }

    /// <summary>Positions side by side in one row of the result.</summary>
    void PackRun(int row, int column, int run, int start, int depth, float* to)
    {
        for (int k = start; k < start + depth; k++, to += stripWidth)
        {
            Tap tap = taps[k];
            int y = (row * stride.Height) + tap.Down, x = (column * stride.Width) + tap.Right;
            var target = new Span<float>(to, run);
            if ((uint)y >= (uint)height)
            {
                target.Clear();
                continue;
            }

            float* from = data + (((long)tap.Channel * height) + y) * width;
            if (stride.Width == 1) CopyInside(from, x, target);
            else for (int i = 0; i < run; i++, x += stride.Width) target[i] = (uint)x < (uint)width ? from[x] : 0;
        }
    }

    void CopyInside(float* from, int x, Span<float> target)
    {
        int before = Math.Clamp(-x, 0, target.Length), inside = Math.Clamp(width - x, before, target.Length) - before;
        target[..before].Clear();
        new ReadOnlySpan<float>(from + x + before, inside).CopyTo(target[before..]);
        target[(before + inside)..].Clear();
    }
}
