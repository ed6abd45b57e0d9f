using DgxMusic.Composer.Synthesis.Signal;

namespace DgxMusic.Composer.Synthesis.Effects;

/// <summary>Two slowly moving taps a side, in quadrature between the sides.</summary>
sealed class Chorus(double depth, double rate)
{
    const double CentreSeconds = 0.0115, SwingSeconds = 0.0022;

    readonly DelayLine left = new((int)(0.03 * rate)), right = new((int)(0.03 * rate));
    readonly float[] taps = new float[Blocks.Tick];
    readonly double[] was = [.. Enumerable.Range(0, 4).Select(tap => Position(tap, 0, rate))];
    readonly float wet = (float)(0.75 * depth), dry = (float)(1 - (0.3 * depth));
    long ticks;

    /// <summary>One tick, in place.</summary>
    public void Process(Span<float> leftSamples, Span<float> rightSamples)
    {
        ticks++;
        left.Write(leftSamples);
        right.Write(rightSamples);
        Mix(left, leftSamples, 0);
        Mix(right, rightSamples, 2);
    }

    void Mix(DelayLine line, Span<float> samples, int first)
    {
        Kernels.Scale(samples, dry);
        for (int tap = first; tap < first + 2; tap++)
        {
            double now = Position(tap, ticks * Blocks.Tick / rate, rate);
            Read(line, was[tap], now);
            was[tap] = now;
            Kernels.Add(samples, taps, tap == first ? wet : -0.7f * wet);
        }
    }

    /// <summary>Four-point Hermite interpolation of a moving tap.</summary>
    void Read(DelayLine line, double from, double to)
    {
        int longest = (int)Math.Max(from, to) + 3;
        ReadOnlySpan<float> history = line.Read(Blocks.Tick + longest, Blocks.Tick + longest);
        double step = (to - from) / Blocks.Tick;
        for (int i = 0; i < taps.Length; i++)
        {
            double at = longest + i - (from + (i * step));
            int whole = (int)at;
            float t = (float)(at - whole);
            float a = history[whole - 1], b = history[whole], c = history[whole + 1], d = history[whole + 2];
            float c1 = 0.5f * (c - a), c2 = a - (2.5f * b) + (2 * c) - (0.5f * d), c3 = (0.5f * (d - a)) + (1.5f * (b - c));
            taps[i] = (((((c3 * t) + c2) * t) + c1) * t) + b;
        }
    }

    static double Position(int tap, double seconds, double rate) =>
        rate * (CentreSeconds + (tap % 2 * 0.0043) + (SwingSeconds * SineTable.Cycles((seconds * (0.53 + (tap % 2 * 0.29))) + (tap * 0.25))));
}
