using System.Numerics;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Filters;

/// <summary>
/// Second-order sections of Butterworth filters by the bilinear transform, prewarped so that the −3 dB points lie where they were asked for
/// (Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., §7.2 and §B.1).
/// </summary>
/// <remarks>Each section has unit gain where the filter has; sections with poles nearest the unit circle come last, as they ring most.</remarks>
static class ButterworthDesign
{
    /// <summary>s² + s/Q + 1 for each pair of poles, s + 1 for an odd order's own, bilinear with K = tan(π f/rate).</summary>
    public static Biquad[] LowPass(int order, double cutoff, double rate)
    {
        double k = Math.Tan(Math.PI * cutoff / rate);
        return Cascade(order, (damping, single) =>
        {
            if (single) return new(k / (1.0 + k), k / (1.0 + k), 0.0, (k - 1.0) / (k + 1.0), 0.0);
            double scale = 1.0 / (1.0 + (damping * k) + (k * k));
            double b = k * k * scale;
            return new(b, 2.0 * b, b, 2.0 * ((k * k) - 1.0) * scale, (1.0 - (damping * k) + (k * k)) * scale);
        });
    }

    public static Biquad[] HighPass(int order, double cutoff, double rate)
    {
        double k = Math.Tan(Math.PI * cutoff / rate);
        return Cascade(order, (damping, single) =>
        {
            double one = 1.0 / (1.0 + k);
            if (single) return new(one, -one, 0.0, (k - 1.0) * one, 0.0);
            double scale = 1.0 / (1.0 + (damping * k) + (k * k));
            return new(scale, -2.0 * scale, scale, 2.0 * ((k * k) - 1.0) * scale, (1.0 - (damping * k) + (k * k)) * scale);
        });
    }

    /// <summary>Twice the order in poles: s becomes (s² + ω₀²) / (s · width), so each pole of the low-pass becomes two.</summary>
    public static Biquad[] BandPass(int order, double low, double high, double rate)
    {
        (double from, double to) = (Math.Tan(Math.PI * low / rate), Math.Tan(Math.PI * high / rate));
        (double width, double centre) = (to - from, Math.Sqrt(from * to));
        var sections = new List<Biquad>();
        for (int pair = 0; pair < (order + 1) / 2; pair++)
        {
            double angle = Math.PI * ((2 * pair) + 1) / (2.0 * order);
            bool single = (2 * pair) + 1 == order;
            Complex half = (single ? -Complex.One : new Complex(-Math.Sin(angle), Math.Cos(angle))) * (width / 2.0);
            Complex root = Complex.Sqrt((half * half) - (centre * centre));
            if (single) sections.Add(Resonator(half + root, half - root, centre));
            else sections.AddRange([Pair(half + root, centre), Pair(half - root, centre)]);
        }

        return Ordered(sections);
    }

    static Biquad Pair(Complex pole, double centre) => Resonator(pole, Complex.Conjugate(pole), centre);

    /// <summary>g s / ((s − p)(s − q)) with |H| = 1 at the centre; p and q are conjugate or both real.</summary>
    static Biquad Resonator(Complex p, Complex q, double centre)
    {
        var at = new Complex(0.0, centre);
        double gain = Complex.Abs((at - p) * (at - q)) / centre;
        double scale = 1.0 / ((1.0 - p) * (1.0 - q)).Real;
        (double sum, double product) = ((p + q).Real, (p * q).Real);
        return new(gain * scale, 0.0, -gain * scale, 2.0 * (product - 1.0) * scale, (1.0 + sum + product) * scale);
    }

    /// <param name="section">From a pair's damping 1/Q, or from true for a pole of its own, to a section.</param>
    static Biquad[] Cascade(int order, Func<double, bool, Biquad> section)
    {
        var sections = new List<Biquad>();
        if (order % 2 == 1) sections.Add(section(0.0, true));
        for (int pair = 0; pair < order / 2; pair++) sections.Add(section(2.0 * Math.Sin(Math.PI * ((2 * pair) + 1) / (2.0 * order)), false));
        return Ordered(sections);
    }

    static Biquad[] Ordered(IEnumerable<Biquad> sections) => [.. sections.OrderBy(section => section.A2)];
}
