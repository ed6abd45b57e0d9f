using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace DgxMusic.Dsp.Statistics;

/// <summary>Plain figures of samples; linear amplitude.</summary>
/// <param name="Count">Samples, finite or not.</param>
/// <param name="NonFinite">Samples that are NaN or infinite; the other figures leave them out.</param>
/// <param name="Peak">Largest magnitude.</param>
/// <param name="Rms">Root of the mean square.</param>
/// <param name="Mean">The constant part, DC.</param>
public readonly record struct SampleFigures(long Count, long NonFinite, double Peak, double Rms, double Mean)
{
    /// <summary>Peak over RMS, dB; 0 for silence.</summary>
    public double CrestFactorDb => Rms > 0.0 ? 20.0 * Math.Log10(Peak / Rms) : 0.0;
}

/// <summary>Peak, RMS and DC of a signal that arrives in blocks of any size. The blocking never changes a bit of the result.</summary>
/// <param name="channels">At least 1.</param>
public sealed class SampleStatistics(int channels)
{
    readonly Sums[] sums = [.. Enumerable.Range(0, channels).Select(_ => new Sums())];

    /// <summary>Over every sample of every channel.</summary>
    public SampleFigures Overall => Figures(
        sums.Sum(sum => sum.Count), sums.Sum(sum => sum.NonFinite), sums.Max(sum => sum.Peak), sums.Sum(sum => sum.Squares), sums.Sum(sum => sum.Total));

    /// <summary>Of one channel, counted from 0.</summary>
    public SampleFigures Channel(int channel) =>
        Figures(sums[channel].Count, sums[channel].NonFinite, sums[channel].Peak, sums[channel].Squares, sums[channel].Total);

    public void Process(AudioBuffer block)
    {
        if (block.Channels != sums.Length) throw new ArgumentException($"Expected {sums.Length} channels, got {block.Channels}.", nameof(block));
        for (int channel = 0; channel < sums.Length; channel++) sums[channel].Add(block[channel]);
    }

    static SampleFigures Figures(long count, long nonFinite, double peak, double squares, double total)
    {
        long finite = count - nonFinite;
        return finite == 0 ? new(count, nonFinite, 0.0, 0.0, 0.0) : new(count, nonFinite, peak, Math.Sqrt(squares / finite), total / finite);
    }

    /// <summary>
    /// The sums of one channel, in eight lanes by the sample's number: vectors and the plain loop add the same numbers in the same order, wherever blocks begin.
    /// </summary>
    internal sealed class Sums
    {
        const int Lanes = 8;

        readonly double[] squares = new double[Lanes], totals = new double[Lanes];

        public long Count { get; private set; }

        public long NonFinite { get; private set; }

        public double Peak { get; private set; }

        public double Squares => squares.Sum();

        public double Total => totals.Sum();

        public void Add(ReadOnlySpan<float> samples)
        {
            // One sum tells whether there is anything but numbers; that is rare and left to the plain loop.
            if (!Vector128.IsHardwareAccelerated || !float.IsFinite(TensorPrimitives.SumOfMagnitudes(samples)))
            {
                AddScalar(samples);
                return;
            }

            int head = Math.Min(samples.Length, (int)((Lanes - (Count % Lanes)) % Lanes));
            int whole = (samples.Length - head) / Lanes * Lanes;
            AddScalar(samples[..head]);
            AddVectors(samples.Slice(head, whole));
            AddScalar(samples[(head + whole)..]);
        }

        /// <summary>The definition of <see cref="Add"/>.</summary>
        internal void AddScalar(ReadOnlySpan<float> samples)
        {
            foreach (float sample in samples)
            {
                int lane = (int)(Count++ % Lanes);
                if (!float.IsFinite(sample))
                {
                    NonFinite++;
                    continue;
                }

                squares[lane] += (double)sample * sample;
                totals[lane] += sample;
                Peak = Math.Max(Peak, Math.Abs(sample));
            }
        }

        void AddVectors(ReadOnlySpan<float> samples)
        {
            Vector128<double> squares0 = Load(squares, 0), squares1 = Load(squares, 2), squares2 = Load(squares, 4), squares3 = Load(squares, 6);
            Vector128<double> totals0 = Load(totals, 0), totals1 = Load(totals, 2), totals2 = Load(totals, 4), totals3 = Load(totals, 6);
            Vector128<float> peak = Vector128<float>.Zero;
            for (int i = 0; i < samples.Length; i += Lanes)
            {
                Vector128<float> first = Vector128.Create(samples.Slice(i, 4)), second = Vector128.Create(samples.Slice(i + 4, 4));
                (Vector128<double> x0, Vector128<double> x1) = Vector128.Widen(first);
                (Vector128<double> x2, Vector128<double> x3) = Vector128.Widen(second);
                (squares0, squares1, squares2, squares3) = (squares0 + (x0 * x0), squares1 + (x1 * x1), squares2 + (x2 * x2), squares3 + (x3 * x3));
                (totals0, totals1, totals2, totals3) = (totals0 + x0, totals1 + x1, totals2 + x2, totals3 + x3);
                peak = Vector128.Max(peak, Vector128.Max(Vector128.Abs(first), Vector128.Abs(second)));
            }

            Store(squares, squares0, squares1, squares2, squares3);
            Store(totals, totals0, totals1, totals2, totals3);
            Peak = Math.Max(Peak, Math.Max(Math.Max(peak[0], peak[1]), Math.Max(peak[2], peak[3])));
            Count += samples.Length;
        }

        static Vector128<double> Load(double[] lanes, int from) => Vector128.Create(lanes.AsSpan(from, 2));

        static void Store(double[] lanes, Vector128<double> first, Vector128<double> second, Vector128<double> third, Vector128<double> fourth)
        {
            first.CopyTo(lanes, 0);
            second.CopyTo(lanes, 2);
            third.CopyTo(lanes, 4);
            fourth.CopyTo(lanes, 6);
        }
    }
}
