using System.Runtime.CompilerServices;

namespace DgxMusic.Tensors.Kernels;

/// <summary>Where a weight of a convolution looks: its input channel, and how far from the output's position times the stride.</summary>
readonly record struct Tap(int Channel, int Down, int Right);

/// <summary>One image, channels outermost.</summary>
readonly unsafe struct Image(float* data, int height, int width)
{
    internal readonly float* Data = data;
    internal readonly int Height = height, Width = width;
}

/// <summary>Copies what the taps see, zeros outside the image.</summary>
static unsafe class PatchKernel<L, V> where L : ILanes<V> where V : unmanaged
{
    /// <summary>
    /// For each tap the values at <paramref name="run"/> neighbouring positions. A tap's values are read in one go, as memory likes them, and dealt out to the strips.
    /// </summary>
    /// <param name="row">Of the image, that a tap 0 down looks at.</param>
    /// <param name="column">Of the image, that a tap 0 right looks at from the first position.</param>
    /// <param name="step">Columns of the image from position to position.</param>
    /// <param name="lane">Place of the first position in its strip.</param>
    /// <param name="width">Of a strip, which has so many values for each tap.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(in Image image, ReadOnlySpan<Tap> taps, int row, int column, int step, int run, float* to, int lane, int width)
    {
        long stripStep = (long)width * taps.Length;
        foreach (Tap tap in taps)
        {
            int y = row + tap.Down, x = column + tap.Right;
            float* from = image.Data + ((((long)tap.Channel * image.Height) + y) * image.Width) + x, strip = to;
            bool isOutside = (uint)y >= (uint)image.Height, isInside = x >= 0 && (long)x + ((run - 1L) * step) < image.Width;
            int count;
            for (int done = 0, at = lane; done < run; done += count, at = 0, strip += stripStep)
            {
                count = Math.Min(width - at, run - done);
                if (isOutside) new Span<float>(strip + at, count).Clear();
                else if (step != 1) Gather(from + ((long)done * step), x + (done * step), step, image.Width, strip + at, count);
                else if (isInside) Copy(from + done, strip + at, count);
                else CopyInside(from + done, x + done, image.Width, strip + at, count);
            }

            to += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Copy(float* from, float* to, int count)
    {
        int i = 0;
        for (; i <= count - L.Count; i += L.Count) L.Store(L.Load(from + i), to + i);
        for (; i < count; i++) to[i] = from[i];
    }

    static void CopyInside(float* from, int x, int width, float* to, int count)
    {
        int before = Math.Clamp(-x, 0, count), end = Math.Clamp(width - x, before, count);
        for (int i = 0; i < before; i++) to[i] = 0;
        Copy(from + before, to + before, end - before);
        for (int i = end; i < count; i++) to[i] = 0;
    }

    static void Gather(float* from, int x, int step, int width, float* to, int count)
    {
        int before = Math.Clamp(((step - 1) - x) / step, 0, count), end = Math.Clamp((width - x + step - 1) / step, before, count);
        for (int i = 0; i < before; i++) to[i] = 0;
        for (int i = before; i < end; i++) to[i] = from[(long)i * step];
        for (int i = end; i < count; i++) to[i] = 0;
    }
}
