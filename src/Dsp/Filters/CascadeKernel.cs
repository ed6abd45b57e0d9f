using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using DgxMusic.Dsp.Loudness;

namespace DgxMusic.Dsp.Filters;

/// <summary>
/// Runs up to four second-order sections over a signal, a section a lane. Each lane is two samples behind the one before, whose output it takes: four
/// sections step in the time of one. The first and last samples, which not all lanes have, go one by one.
/// </summary>
/// <remarks>Same operations in the same order as <see cref="SectionKernel.RunScalar"/>, so both agree bit for bit. One sample behind would do, but then each
/// step waits for the lanes to change places.</remarks>
static unsafe class CascadeKernel
{
    public const int MostSections = 4;

    const int Behind = 2;

    /// <summary>Of each lane: what it takes next and after that, then its states s and t.</summary>
    const int ChainLength = 4 * MostSections;

    public static bool IsFast => Vector256.IsHardwareAccelerated;

    /// <param name="sections">2 to <see cref="MostSections"/>.</param>
    public static void Run(ReadOnlySpan<Biquad> sections, Signal signal, int count)
    {
        if (IsTooShort(sections, count, signal)) return;
        double* values = stackalloc double[Coefficients.Length], chain = stackalloc double[ChainLength];
        signal.Enter(sections, chain);
        Coefficients coefficients = new(sections, values);
        Chain lanes = new(chain);
        double* at = signal.At(Behind * (sections.Length - 1));
        nint step = signal.Step, back = signal.Back(sections.Length);
        for (int left = count - (Behind * (sections.Length - 1)); left > 0; left--, at += step) at[back] = lanes.Next(coefficients, at);
        lanes.Keep(chain);
        signal.Leave(sections, chain, count);
    }

    /// <summary>As <see cref="Run(ReadOnlySpan{Biquad}, Signal, int)"/>; two take the time of one.</summary>
    public static void Run(ReadOnlySpan<Biquad> sections, Signal one, Signal two, int count)
    {
        if (IsTooShort(sections, count, one, two)) return;
        double* values = stackalloc double[Coefficients.Length], chain = stackalloc double[2 * ChainLength];
        one.Enter(sections, chain);
        two.Enter(sections, chain + ChainLength);
        Coefficients coefficients = new(sections, values);
        Chain first = new(chain), second = new(chain + ChainLength);
        double* firstAt = one.At(Behind * (sections.Length - 1)), secondAt = two.At(Behind * (sections.Length - 1));
        nint firstStep = one.Step, secondStep = two.Step, firstBack = one.Back(sections.Length), secondBack = two.Back(sections.Length);
        for (int left = count - (Behind * (sections.Length - 1)); left > 0; left--, firstAt += firstStep, secondAt += secondStep)
        {
            firstAt[firstBack] = first.Next(coefficients, firstAt);
            secondAt[secondBack] = second.Next(coefficients, secondAt);
        }

        first.Keep(chain);
        second.Keep(chain + ChainLength);
        one.Leave(sections, chain, count);
        two.Leave(sections, chain + ChainLength, count);
    }

    static bool IsTooShort(ReadOnlySpan<Biquad> sections, int count, params ReadOnlySpan<Signal> signals)
    {
        if (count > Behind * (sections.Length - 1)) return false;
        foreach (Signal signal in signals)
        {
            for (int k = 0; k < sections.Length; k++) signal.Steps(sections[k], k, 0, count);
        }

        return true;
    }

    /// <summary>A section a lane, the last one in the last; lanes that are left over, the first, compute what nobody reads.</summary>
    readonly struct Coefficients
    {
        public const int Length = 6 * MostSections;

        public readonly Vector256<double> B0, B1, B2, A1, A2;

        /// <summary>All ones in the lane of the first section.</summary>
        public readonly Vector256<double> Entry;

        public Coefficients(ReadOnlySpan<Biquad> sections, double* values)
        {
            int entry = MostSections - sections.Length;
            new Span<double>(values, Length).Clear();
            for (int k = 0; k < sections.Length; k++)
            {
                Biquad section = sections[k];
                double* lane = values + entry + k;
                (lane[0], lane[4], lane[8], lane[12], lane[16]) = (section.B0, section.B1, section.B2, section.A1, section.A2);
            }

            values[20 + entry] = BitConverter.Int64BitsToDouble(-1L);
            (B0, B1, B2) = (Vector256.Load(values), Vector256.Load(values + 4), Vector256.Load(values + 8));
            (A1, A2, Entry) = (Vector256.Load(values + 12), Vector256.Load(values + 16), Vector256.Load(values + 20));
        }
    }

    struct Chain(double* chain)
    {
        Vector256<double> next = Vector256.Load(chain), later = Vector256.Load(chain + 4), s = Vector256.Load(chain + 8), t = Vector256.Load(chain + 12);

        /// <returns>What the last lane gives.</returns>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public double Next(in Coefficients coefficients, double* at)
        {
            Vector256<double> x = Vector256.ConditionalSelect(coefficients.Entry, Vector256.Create(*at), next);
            Vector256<double> y = (coefficients.B0 * x) + s;
            s = ((coefficients.B1 * x) + t) - (coefficients.A1 * y);
            t = (coefficients.B2 * x) - (coefficients.A2 * y);
            next = later;
            later = Vector256.Shuffle(y, Vector256.Create(3L, 0, 1, 2));
            return later.ToScalar();
        }

        public readonly void Keep(double* chain)
        {
            next.Store(chain);
            later.Store(chain + 4);
            s.Store(chain + 8);
            t.Store(chain + 12);
        }
    }

    /// <param name="states">As <see cref="SectionKernel"/> lays them out, from the signal's own.</param>
    /// <param name="first">Its first sample.</param>
    /// <param name="step">From a sample to the next; negative: backwards.</param>
    public readonly struct Signal(double* states, double* first, int step)
    {
        public int Step => step;

        public double* At(int sample) => first + ((nint)sample * step);

        /// <summary>From the sample that a cascade takes to the one that it gives.</summary>
        public nint Back(int sections) => -(nint)Behind * (sections - 1) * step;

        /// <summary>Lets each section but the last run ahead of the next.</summary>
        public void Enter(ReadOnlySpan<Biquad> sections, double* chain)
        {
            int last = sections.Length - 1;
            new Span<double>(chain, ChainLength).Clear();
            double* lane = chain + MostSections - sections.Length;
            for (int k = 0; k <= last; k++, lane++)
            {
                Steps(sections[k], k, 0, Behind * (last - k));
                (lane[8], lane[12]) = (states[k * SectionKernel.StateLength], states[(k * SectionKernel.StateLength) + 2]);
            }

            for (int k = last; k > 0; k--)
            {
                lane--;
                (lane[0], lane[4]) = (*At(Behind * (last - k)), *At((Behind * (last - k)) + 1));
            }
        }

        public void Leave(ReadOnlySpan<Biquad> sections, double* chain, int count)
        {
            double* lane = chain + MostSections - sections.Length;
            for (int k = 0; k < sections.Length; k++, lane++)
            {
                (states[k * SectionKernel.StateLength], states[(k * SectionKernel.StateLength) + 2]) = (lane[8], lane[12]);
                if (k > 0) (*At(count - (Behind * k)), *At(count - (Behind * k) + 1)) = (lane[0], lane[4]);
            }

            for (int k = 1; k < sections.Length; k++) Steps(sections[k], k, count - (Behind * k), count);
        }

        /// <summary>One section, some samples.</summary>
        public void Steps(Biquad section, int k, int from, int to)
        {
            double* state = states + (k * SectionKernel.StateLength);
            (double s, double t) = (state[0], state[2]);
            for (int n = from; n < to; n++)
            {
                double x = *At(n), y = (section.B0 * x) + s;
                s = ((section.B1 * x) + t) - (section.A1 * y);
                t = (section.B2 * x) - (section.A2 * y);
                *At(n) = y;
            }

            (state[0], state[2]) = (s, t);
        }
    }
}
