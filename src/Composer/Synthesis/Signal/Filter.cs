using System.Runtime.Intrinsics;

namespace DgxMusic.Composer.Synthesis.Signal;

/// <summary>
/// Coefficients of the trapezoidal state-variable filter (Zavalishin, "The Art of VA Filter Design", ch. 4; mixing as Simper 2013), written as one
/// state-space step: s₁' = P·s₁ − Q·s₂ + Q·x, s₂' = Q·s₁ + (1 − R)·s₂ + R·x, y = U·x + V·s₁ + W·s₂.
/// </summary>
readonly record struct FilterCoefficients(double P, double Q, double R, double U, double V, double W)
{
    public static readonly FilterCoefficients Through = new(0, 0, 0, 1, 0, 0);

    public static FilterCoefficients Lowpass(double hertz, double q, double rate) => From(Warp(hertz, rate), 1 / q, 0, 0, 1);

    public static FilterCoefficients Highpass(double hertz, double q, double rate) => From(Warp(hertz, rate), 1 / q, 1, -1 / q, -1);

    /// <summary>Gain 1 at the centre.</summary>
    public static FilterCoefficients Bandpass(double hertz, double q, double rate) => From(Warp(hertz, rate), 1 / q, 0, 1 / q, 0);

    public static FilterCoefficients Bell(double hertz, double q, double gainDb, double rate)
    {
        double a = Math.Pow(10.0, gainDb / 40.0), k = 1 / (q * a);
        return From(Warp(hertz, rate), k, 1, k * ((a * a) - 1), 0);
    }

    public static FilterCoefficients LowShelf(double hertz, double gainDb, double rate)
    {
        double a = Math.Pow(10.0, gainDb / 40.0), k = Math.Sqrt(2);
        return From(Warp(hertz, rate) / Math.Sqrt(a), k, 1, k * (a - 1), (a * a) - 1);
    }

    public static FilterCoefficients HighShelf(double hertz, double gainDb, double rate)
    {
        double a = Math.Pow(10.0, gainDb / 40.0), k = Math.Sqrt(2);
        return From(Warp(hertz, rate) * Math.Sqrt(a), k, a * a, k * (1 - a) * a, 1 - (a * a));
    }

    static double Warp(double hertz, double rate) => Math.Tan(Math.PI * Math.Clamp(hertz / rate, 1e-5, 0.47));

    static FilterCoefficients From(double g, double k, double input, double band, double low)
    {
        double a1 = 1 / (1 + (g * (g + k))), a2 = g * a1, a3 = g * a2;
        return new((2 * a1) - 1, 2 * a2, 2 * a3, input + (band * a2) + (low * a3), (band * a1) + (low * a2), (low * (1 - a3)) - (band * a2));
    }
}

/// <summary>One channel of a state-variable filter; state in double.</summary>
struct Filter
{
    double first, second;

    public void Reset() => (first, second) = (0, 0);

    /// <summary>Filters in place.</summary>
    public void Process(Span<float> samples, in FilterCoefficients c)
    {
        (double s1, double s2) = (first, second);
        double stay = 1 - c.R;
        for (int i = 0; i < samples.Length; i++)
        {
            double x = samples[i];
            samples[i] = (float)((c.U * x) + (c.V * s1) + (c.W * s2));
            double next = (c.P * s1) + ((c.Q * x) - (c.Q * s2));
            s2 = (stay * s2) + ((c.R * x) + (c.Q * s1));
            s1 = next;
        }

        Keep(s1, s2);
    }

    /// <summary>Filters in place while the coefficients move linearly, so that a sweep has no steps.</summary>
    public void Process(Span<float> samples, in FilterCoefficients from, in FilterCoefficients to)
    {
        if (from == to)
        {
            Process(samples, from);
            return;
        }

        (double s1, double s2) = (first, second);
        double scale = 1.0 / samples.Length;
        (double p, double q, double r, double u, double v, double w) = from;
        double dp = (to.P - p) * scale, dq = (to.Q - q) * scale, dr = (to.R - r) * scale;
        double du = (to.U - u) * scale, dv = (to.V - v) * scale, dw = (to.W - w) * scale;
        for (int i = 0; i < samples.Length; i++)
        {
            double x = samples[i];
            samples[i] = (float)((u * x) + (v * s1) + (w * s2));
            double next = (p * s1) + ((q * x) - (q * s2));
            s2 = ((1 - r) * s2) + ((r * x) + (q * s1));
            s1 = next;
            (p, q, r, u, v, w) = (p + dp, q + dq, r + dr, u + du, v + dv, w + dw);
        }

        Keep(s1, s2);
    }

    /// <summary>Two channels at once, each exactly as <see cref="Process(Span{float}, in FilterCoefficients, in FilterCoefficients)"/> would filter it alone.</summary>
    public static void Process(ref Filter leftFilter, ref Filter rightFilter, Span<float> left, Span<float> right, in FilterCoefficients from, in FilterCoefficients to)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            leftFilter.Process(left, from, to);
            rightFilter.Process(right, from, to);
            return;
        }

        Vector128<double> s1 = Vector128.Create(leftFilter.first, rightFilter.first), s2 = Vector128.Create(leftFilter.second, rightFilter.second);
        double scale = from == to ? 0 : 1.0 / left.Length;
        Vector128<double> p = Vector128.Create(from.P), q = Vector128.Create(from.Q), r = Vector128.Create(from.R);
        Vector128<double> u = Vector128.Create(from.U), v = Vector128.Create(from.V), w = Vector128.Create(from.W);
        Vector128<double> dp = Vector128.Create((to.P - from.P) * scale), dq = Vector128.Create((to.Q - from.Q) * scale), dr = Vector128.Create((to.R - from.R) * scale);
        Vector128<double> du = Vector128.Create((to.U - from.U) * scale), dv = Vector128.Create((to.V - from.V) * scale), dw = Vector128.Create((to.W - from.W) * scale);
        for (int i = 0; i < left.Length; i++)
        {
            Vector128<double> x = Vector128.Create((double)left[i], right[i]);
            Vector128<double> y = (u * x) + (v * s1) + (w * s2), next = (p * s1) + ((q * x) - (q * s2));
            (left[i], right[i]) = ((float)y[0], (float)y[1]);
            s2 = ((Vector128<double>.One - r) * s2) + ((r * x) + (q * s1));
            s1 = next;
            (p, q, r, u, v, w) = (p + dp, q + dq, r + dr, u + du, v + dv, w + dw);
        }

        leftFilter.Keep(s1[0], s2[0]);
        rightFilter.Keep(s1[1], s2[1]);
    }

    void Keep(double s1, double s2)
    {
        // A state far below hearing becomes zero before it becomes a slow denormal number.
        first = Math.Abs(s1) < 1e-15 ? 0 : s1;
        second = Math.Abs(s2) < 1e-15 ? 0 : s2;
    }
}
