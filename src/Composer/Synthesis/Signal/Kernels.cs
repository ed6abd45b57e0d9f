using System.Numerics;
using System.Runtime.InteropServices;

namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>Element-wise kernels; vector and scalar paths agree bit for bit.</summary>
static class Kernels
{
    /// <summary>target += source · gain, the gain moving linearly from <paramref name="from"/> towards <paramref name="to"/>.</summary>
    public static void AddRamp(Span<float> target, ReadOnlySpan<float> source, float from, float to)
    {
        float step = (to - from) / target.Length;
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gain = new Vector<float>(from) + (Vector.CreateSequence((float)i, 1f) * step);
            (new Vector<float>(target[i..]) + (new Vector<float>(source[i..]) * gain)).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++) target[i] += source[i] * (from + (i * step));
    }

    /// <summary>target *= gain, the gain moving linearly from <paramref name="from"/> towards <paramref name="to"/>.</summary>
    public static void Ramp(Span<float> target, float from, float to)
    {
        float step = (to - from) / target.Length;
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gain = new Vector<float>(from) + (Vector.CreateSequence((float)i, 1f) * step);
            (new Vector<float>(target[i..]) * gain).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++) target[i] *= from + (i * step);
    }

    /// <summary>target += source, in double.</summary>
    public static void Accumulate(Span<double> target, ReadOnlySpan<float> source)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(source[i..]), out Vector<double> low, out Vector<double> high);
            (new Vector<double>(target[i..]) + low).CopyTo(target[i..]);
            (new Vector<double>(target[(i + Vector<double>.Count)..]) + high).CopyTo(target[(i + Vector<double>.Count)..]);
        }

        for (; i < target.Length; i++) target[i] += source[i];
    }

    /// <summary>target += source · gain.</summary>
    public static void Add(Span<float> target, ReadOnlySpan<float> source, float gain)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(target[i..]) + (new Vector<float>(source[i..]) * gain)).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++) target[i] += source[i] * gain;
    }

    public static void Multiply(Span<float> target, ReadOnlySpan<float> gains)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(target[i..]) * new Vector<float>(gains[i..])).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++) target[i] *= gains[i];
    }

    public static void Scale(Span<float> target, float gain)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(target[i..]) * gain).CopyTo(target[i..]);
        }

        for (; i < target.Length; i++) target[i] *= gain;
    }

    /// <summary>(a, b) becomes (a + b, a − b).</summary>
    public static void Butterfly(Span<float> a, Span<float> b)
    {
        int i = 0;
        for (; Vector.IsHardwareAccelerated && i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> x = new(a[i..]), y = new(b[i..]);
            (x + y).CopyTo(a[i..]);
            (x - y).CopyTo(b[i..]);
        }

        for (; i < a.Length; i++) (a[i], b[i]) = (a[i] + b[i], a[i] - b[i]);
    }

    /// <summary>Largest magnitude; exact, so the same in any order.</summary>
    public static float Peak(ReadOnlySpan<float> samples)
    {
        float peak = 0f;
        int i = 0;
        if (Vector.IsHardwareAccelerated && samples.Length >= Vector<float>.Count)
        {
            var peaks = Vector<float>.Zero;
            for (; i <= samples.Length - Vector<float>.Count; i += Vector<float>.Count) peaks = Vector.Max(peaks, Vector.Abs(new Vector<float>(samples[i..])));
            for (int lane = 0; lane < Vector<float>.Count; lane++) peak = Math.Max(peak, peaks[lane]);
        }

        for (; i < samples.Length; i++) peak = Math.Max(peak, Math.Abs(samples[i]));
        return peak;
    }

    /// <summary>output[n] = Σ taps[k] · input[n + k], summed in order of k.</summary>
    /// <param name="input">At least as long as output plus taps less one.</param>
    public static void Convolve(ReadOnlySpan<float> input, ReadOnlySpan<float> taps, Span<float> output)
    {
        if (input.Length < output.Length + taps.Length - 1) throw new ArgumentException("The input is too short.", nameof(input));
        int i = 0;
        ref float source = ref MemoryMarshal.GetReference(input);
        for (; Vector.IsHardwareAccelerated && i <= output.Length - (2 * Vector<float>.Count); i += 2 * Vector<float>.Count)
        {
            Vector<float> low = Vector<float>.Zero, high = Vector<float>.Zero;
            for (int k = 0; k < taps.Length; k++)
            {
                low += Vector.LoadUnsafe(ref source, (nuint)(i + k)) * taps[k];
                high += Vector.LoadUnsafe(ref source, (nuint)(i + k + Vector<float>.Count)) * taps[k];
            }

            low.CopyTo(output[i..]);
            high.CopyTo(output[(i + Vector<float>.Count)..]);
        }

        for (; i < output.Length; i++)
        {
            float sum = 0f;
            for (int k = 0; k < taps.Length; k++) sum += input[i + k] * taps[k];
            output[i] = sum;
        }
    }
}
