namespace DgxMusic.Dsp.Spectrum;

/// <summary>
/// Magnitude spectra of a signal that comes in blocks: Hann windows around the instants 0, hop, 2 hop, … rounded to samples.
/// Before its start and after its end the signal is 0.
/// </summary>
/// <param name="size">Samples in a window, a power of two.</param>
/// <param name="hop">Samples from one window to the next; need not be whole, at most <paramref name="size"/>.</param>
sealed class FrameStream(int size, double hop)
{
    internal delegate void FrameTaker(ReadOnlySpan<float> magnitudes);

    readonly RealFft fft = new(size);
    readonly float[] taper = Windows.Hann(size);
    readonly float[] windowed = new float[size];
    readonly float[] real = new float[(size / 2) + 1];
    readonly float[] imaginary = new float[(size / 2) + 1];
    readonly float[] pending = new float[2 * size];
    int filled = size / 2;   // the window around instant 0 begins half a window before it
    long pendingStart = -size / 2;
    long frames;

    long NextStart => (long)Math.Round(frames * hop, MidpointRounding.AwayFromZero) - (size / 2);

    internal void Process(ReadOnlySpan<float> samples, FrameTaker take)
    {
        while (samples.Length > 0)
        {
            int taken = Math.Min(samples.Length, pending.Length - filled);
            samples[..taken].CopyTo(pending.AsSpan(filled));
            samples = samples[taken..];
            filled += taken;
            TakeWhole(take);
        }
    }

    /// <summary>Gives the frames whose middle lies within the signal.</summary>
    internal void Finish(FrameTaker take)
    {
        long end = pendingStart + filled;
        while (NextStart + (size / 2) < end)
        {
            int silent = Math.Min(size, pending.Length - filled);
            pending.AsSpan(filled, silent).Clear();
            filled += silent;
            TakeWhole(take, end);
        }
    }

    void TakeWhole(FrameTaker take, long end = long.MaxValue)
    {
        while (NextStart + size <= pendingStart + filled && NextStart + (size / 2) < end)
        {
            Transform(pending.AsSpan((int)(NextStart - pendingStart), size));
            take(real);
            frames++;
        }

        int used = (int)Math.Min(NextStart - pendingStart, filled);
        pending.AsSpan(used, filled - used).CopyTo(pending);
        filled -= used;
        pendingStart += used;
    }

    void Transform(ReadOnlySpan<float> samples)
    {
        System.Numerics.Tensors.TensorPrimitives.Multiply(samples, taper, windowed);
        fft.Forward(windowed, real, imaginary);
        for (int bin = 0; bin < real.Length; bin++) real[bin] = MathF.Sqrt((real[bin] * real[bin]) + (imaginary[bin] * imaginary[bin]));
    }
}
