using System.Runtime.Intrinsics;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Filters;

/// <summary>
/// Runs second-order sections over two signals at once, in double: transposed direct form II,
/// y = b0 x + s, s' = (b1 x + t) − a1 y, t' = b2 x − a2 y (Oppenheim and Schafer, §6.3.4).
/// </summary>
/// <remarks>
/// A step waits for the one before, so arithmetic is idle most of the time: two signals in one register, two sections
/// and two directions in one loop fill it; more than two sections run as <see cref="CascadeKernel"/>.
/// No fused multiply-add, so that every machine computes the same bits.
/// </remarks>
static unsafe class SectionKernel
{
    /// <summary>States of one section for two signals: s of both, then t of both.</summary>
    public const int StateLength = 4;

    /// <param name="pairs">2 T values: sample n of the first signal at 2 n, of the second at 2 n + 1. Changed in place.</param>
    /// <param name="states"><see cref="StateLength"/> values a section; changed to those after the last sample.</param>
    /// <param name="signals">1: the second signal is nothing, and need not be run.</param>
    public static void Forward(ReadOnlySpan<Biquad> sections, Span<double> states, Span<double> pairs, int signals = 2) => Run(sections, states, pairs, 2, signals);

    /// <summary>As <see cref="Forward"/>, from the last sample to the first.</summary>
    public static void Backward(ReadOnlySpan<Biquad> sections, Span<double> states, Span<double> pairs, int signals = 2) => Run(sections, states, pairs, -2, signals);

    /// <summary>As <see cref="Forward"/> on one piece and <see cref="Backward"/> on another; if equally long, in the time of one.</summary>
    public static void Both(
        ReadOnlySpan<Biquad> sections, Span<double> forwardStates, Span<double> forward, Span<double> backwardStates, Span<double> backward, int signals = 2)
    {
        if (!Vector128.IsHardwareAccelerated || forward.IsEmpty || forward.Length != backward.Length)
        {
            Forward(sections, forwardStates, forward, signals);
            Backward(sections, backwardStates, backward, signals);
            return;
        }

        fixed (double* ahead = forward, back = backward, aheadState = forwardStates, backState = backwardStates)
        {
            double* last = back + backward.Length - 2;
            int k = 0, count = forward.Length / 2;
            for (; HasCascade(sections, k); k += CascadeKernel.MostSections)
            {
                ReadOnlySpan<Biquad> cascade = sections[k..Math.Min(k + CascadeKernel.MostSections, sections.Length)];
                for (int signal = 0; signal < signals; signal++)
                {
                    int state = (k * StateLength) + signal;
                    CascadeKernel.Run(cascade, new(aheadState + state, ahead + signal, 2), new(backState + state, last + signal, -2), count);
                }
            }

            for (; k + 2 <= sections.Length; k += 2)
                TwoBoth(sections[k], sections[k + 1], aheadState + (k * StateLength), ahead, backState + (k * StateLength), last, count);
            if (k < sections.Length) OneBoth(sections[k], aheadState + (k * StateLength), ahead, backState + (k * StateLength), last, count);
        }
    }

    /// <summary>A cascade's lanes pay from three sections on.</summary>
    static bool HasCascade(ReadOnlySpan<Biquad> sections, int done) => CascadeKernel.IsFast && sections.Length - done > 2;

    static void Run(ReadOnlySpan<Biquad> sections, Span<double> states, Span<double> pairs, int step, int signals)
    {
        if (pairs.IsEmpty) return;
        if (!Vector128.IsHardwareAccelerated)
        {
            RunScalar(sections, states, pairs, step);
            return;
        }

        fixed (double* first = pairs, state = states)
        {
            double* from = step > 0 ? first : first + pairs.Length - 2;
            int k = 0;
            for (; HasCascade(sections, k); k += CascadeKernel.MostSections)
            {
                ReadOnlySpan<Biquad> cascade = sections[k..Math.Min(k + CascadeKernel.MostSections, sections.Length)];
                CascadeKernel.Signal one = new(state + (k * StateLength), from, step), two = new(state + (k * StateLength) + 1, from + 1, step);
                if (signals == 1) CascadeKernel.Run(cascade, one, pairs.Length / 2);
                else CascadeKernel.Run(cascade, one, two, pairs.Length / 2);
            }

            for (; k + 2 <= sections.Length; k += 2) RunTwo(sections[k], sections[k + 1], state + (k * StateLength), from, pairs.Length / 2, step);
            if (k < sections.Length) RunOne(sections[k], state + (k * StateLength), from, pairs.Length / 2, step);
        }
    }

    /// <summary>The definition of <see cref="Forward"/> (<paramref name="step"/> = 2) and <see cref="Backward"/> (−2).</summary>
    internal static void RunScalar(ReadOnlySpan<Biquad> sections, Span<double> states, Span<double> pairs, int step)
    {
        for (int k = 0; k < sections.Length; k++)
        {
            Biquad section = sections[k];
            for (int signal = 0; signal < 2; signal++)
            {
                ref double s = ref states[(k * StateLength) + signal], t = ref states[(k * StateLength) + 2 + signal];
                for (int i = step > 0 ? signal : pairs.Length - 2 + signal; i >= 0 && i < pairs.Length; i += step)
                {
                    double x = pairs[i], y = (section.B0 * x) + s;
                    s = ((section.B1 * x) + t) - (section.A1 * y);
                    t = (section.B2 * x) - (section.A2 * y);
                    pairs[i] = y;
                }
            }
        }
    }

    static void RunOne(Biquad section, double* state, double* pair, int count, int step)
    {
        Lanes lanes = new(section, state);
        for (; count > 0; count--, pair += step) lanes.Next(Vector128.Load(pair)).Store(pair);
        lanes.Keep(state);
    }

    static void RunTwo(Biquad first, Biquad second, double* state, double* pair, int count, int step)
    {
        Lanes one = new(first, state), two = new(second, state + StateLength);
        for (; count > 0; count--, pair += step) two.Next(one.Next(Vector128.Load(pair))).Store(pair);
        one.Keep(state);
        two.Keep(state + StateLength);
    }

    static void OneBoth(Biquad section, double* aheadState, double* ahead, double* backState, double* back, int count)
    {
        Lanes forward = new(section, aheadState), backward = new(section, backState);
        for (; count > 0; count--, ahead += 2, back -= 2)
        {
            forward.Next(Vector128.Load(ahead)).Store(ahead);
            backward.Next(Vector128.Load(back)).Store(back);
        }

        forward.Keep(aheadState);
        backward.Keep(backState);
    }

    static void TwoBoth(Biquad first, Biquad second, double* aheadState, double* ahead, double* backState, double* back, int count)
    {
        Lanes one = new(first, aheadState), two = new(second, aheadState + StateLength);
        Lanes three = new(first, backState), four = new(second, backState + StateLength);
        for (; count > 0; count--, ahead += 2, back -= 2)
        {
            two.Next(one.Next(Vector128.Load(ahead))).Store(ahead);
            four.Next(three.Next(Vector128.Load(back))).Store(back);
        }

        one.Keep(aheadState);
        two.Keep(aheadState + StateLength);
        three.Keep(backState);
        four.Keep(backState + StateLength);
    }

    /// <summary>One section; lane 0 is the first signal, lane 1 the second.</summary>
    struct Lanes(Biquad section, double* state)
    {
        readonly Vector128<double> b0 = Vector128.Create(section.B0), b1 = Vector128.Create(section.B1), b2 = Vector128.Create(section.B2);
        readonly Vector128<double> a1 = Vector128.Create(section.A1), a2 = Vector128.Create(section.A2);
        Vector128<double> s = Vector128.Load(state), t = Vector128.Load(state + 2);

        public Vector128<double> Next(Vector128<double> x)
        {
            Vector128<double> y = (b0 * x) + s;
            s = ((b1 * x) + t) - (a1 * y);
            t = (b2 * x) - (a2 * y);
            return y;
        }

        public readonly void Keep(double* state)
        {
            s.Store(state);
            t.Store(state + 2);
        }
    }
}
