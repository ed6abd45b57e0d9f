using System.Numerics.Tensors;
using DgxMusic.Dsp.Spectrum;
using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    readonly Dictionary<int, FourierPlans> plans = [];

    public Tensor Stft(Tensor x, int size, int hop)
    {
        ManagedTensor from = Mine(x);
        Require(x.Rank == 3 && hop > 0 && x.Size(2) > size / 2, $"Reflection of {size / 2} values needs more than {x} has along time.");
        int frames = 1 + (x.Size(2) / hop);
        FourierPlans mine = PlansOf(size);
        ManagedTensor to = New(x.Size(0), x.Size(1), 2, mine.Bins, frames);
        pool.Run(checked(x.Size(0) * x.Size(1) * Parts(frames, StftWork.Group)), new StftWork(mine, from, hop, frames, to));
        return to;
    }

    public Tensor InverseStft(Tensor spectrum, int hop, int length)
    {
        ManagedTensor from = Mine(spectrum);
        Require(spectrum.Rank == 5 && spectrum.Size(2) == 2 && hop > 0, $"{spectrum} is no spectrum of (batch, channels, 2, bins, frames).");
        int frames = spectrum.Size(4), signals = spectrum.Size(0) * spectrum.Size(1);
        FourierPlans mine = PlansOf(2 * (spectrum.Size(3) - 1));
        Require(length >= 0 && length <= ((frames - 1) * hop) + (mine.Size / 2), $"{frames} frames do not reach {length} samples.");
        ManagedTensor to = New(spectrum.Size(0), spectrum.Size(1), length);
        using ITensorScope inside = Scope();
        ManagedTensor pieces = New(signals, frames, mine.Size);
        pool.Run(checked(signals * Parts(frames, StftWork.Group)), new InverseFrames(mine, from, frames, pieces));
        pool.Run(checked(signals * Parts(length, Chunk)), new OverlapAdd(scratch, mine, pieces, hop, length, to));
        return to;
    }

    FourierPlans PlansOf(int size)
    {
        Require(size >= 2 && int.IsPow2(size), $"A transform of {size} values is not one of a power of two.");
        lock (plans) return plans.TryGetValue(size, out FourierPlans? known) ? known : plans[size] = new FourierPlans(size, Threads);
    }

    /// <summary>Transforms of one size: windows, and a plan with its buffers for each worker.</summary>
    sealed class FourierPlans(int size, int workers)
    {
        readonly Plan?[] plans = new Plan?[workers];

        internal int Size => size;

        internal int Bins => (size / 2) + 1;

        internal float[] Squares { get; } = [.. Windows.Hann(size).Select(value => value * value)];

        /// <summary>The window with the scale of the transform.</summary>
        internal float[] Analysis { get; } = [.. Windows.Hann(size).Select(value => value / MathF.Sqrt(size))];

        /// <summary>The window with the scale of the inverse.</summary>
        internal float[] Synthesis { get; } = [.. Windows.Hann(size).Select(value => value * MathF.Sqrt(size))];

        internal Plan For(int worker) => plans[worker] ??= new Plan(size);

        internal sealed class Plan(int size)
        {
            internal RealFft Fft { get; } = new(size);

            internal float[] Signal { get; } = new float[size];

            /// <summary>Spectra of a group of frames, side by side in memory as they are made.</summary>
            internal float[] Real { get; } = new float[StftWork.Group * ((size / 2) + 1)];

            internal float[] Imaginary { get; } = new float[StftWork.Group * ((size / 2) + 1)];
        }
    }

    /// <summary>Some neighbouring frames of one signal; a group fills whole cache lines of the result, in which time runs fastest.</summary>
    readonly struct StftWork(FourierPlans plans, ManagedTensor from, int hop, int frames, ManagedTensor to) : IWork
    {
        internal const int Group = 16;

        public void Run(int task, int worker)
        {
            int groups = Parts(frames, Group), signal = task / groups, first = task % groups * Group, count = Math.Min(Group, frames - first), bins = plans.Bins;
            FourierPlans.Plan plan = plans.For(worker);
            for (int i = 0; i < count; i++)
            {
                Window(signal, ((first + i) * hop) - (plans.Size / 2), plan.Signal);
                plan.Fft.Forward(plan.Signal, plan.Real.AsSpan(i * bins, bins), plan.Imaginary.AsSpan(i * bins, bins));
            }

            float* real = to.Data + ((long)signal * 2 * bins * frames) + first;
            fixed (float* fromReal = plan.Real, fromImaginary = plan.Imaginary)
            {
                Transpose.Run(fromReal, bins, count, bins, real, frames);
                Transpose.Run(fromImaginary, bins, count, bins, real + ((long)bins * frames), frames);
            }
        }

        void Window(int signal, int start, float[] into)
        {
            int length = from.Size(2);
            float* samples = from.Data + ((long)signal * length);
            if (start >= 0 && start + into.Length <= length)
            {
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(samples + start, into.Length), plans.Analysis, into);
                return;
            }

            for (int n = 0; n < into.Length; n++)
            {
                int at = Math.Abs(start + n);
                if (at >= length) at = (2 * (length - 1)) - at;
                into[n] = samples[at] * plans.Analysis[n];
            }
        }
    }

    /// <summary>The signals of some frames, windowed once more.</summary>
    readonly struct InverseFrames(FourierPlans plans, ManagedTensor spectrum, int frames, ManagedTensor pieces) : IWork
    {
        public void Run(int task, int worker)
        {
            int groups = Parts(frames, StftWork.Group), signal = task / groups, first = task % groups * StftWork.Group;
            int count = Math.Min(StftWork.Group, frames - first), bins = plans.Bins, size = plans.Size;
            FourierPlans.Plan plan = plans.For(worker);
            float* real = spectrum.Data + ((long)signal * 2 * bins * frames) + first;
            fixed (float* toReal = plan.Real, toImaginary = plan.Imaginary)
            {
                Transpose.Run(real, frames, bins, count, toReal, bins);
                Transpose.Run(real + ((long)bins * frames), frames, bins, count, toImaginary, bins);
            }

            for (int i = 0; i < count; i++)
            {
                plan.Fft.Inverse(plan.Real.AsSpan(i * bins, bins), plan.Imaginary.AsSpan(i * bins, bins), plan.Signal);
                TensorPrimitives.Multiply(plan.Signal, plans.Synthesis, new Span<float>(pieces.Data + ((((long)signal * frames) + first + i) * size), size));
            }
        }
    }

    /// <summary>Some samples, each gathered from the frames that cover it, in order of time.</summary>
    readonly struct OverlapAdd(Scratch scratch, FourierPlans plans, ManagedTensor pieces, int hop, int length, ManagedTensor to) : IWork
    {
        /// <summary>Where no window reaches, the sum is 0 and stays it.</summary>
        const float LeastWeight = 1e-11f;

        public void Run(int task, int worker)
        {
            int chunks = Parts(length, Chunk), signal = task / chunks, start = task % chunks * Chunk, end = Math.Min(length, start + Chunk);
            int size = plans.Size, frames = pieces.Size(1), from = start + (size / 2), until = end + (size / 2);
            var sum = new Span<float>(to.Data + ((long)signal * length) + start, end - start);
            var weights = new Span<float>(scratch.For(worker, Chunk), end - start);
            sum.Clear();
            weights.Clear();
            for (int frame = Math.Max(0, (from - size + hop) / hop); frame < frames && frame * hop < until; frame++)
            {
                int first = Math.Max(from, frame * hop), count = Math.Min(until, (frame * hop) + size) - first, place = first - (frame * hop);
                var piece = new ReadOnlySpan<float>(pieces.Data + ((((long)signal * frames) + frame) * size) + place, count);
                Span<float> some = sum.Slice(first - from, count), theirs = weights.Slice(first - from, count);
                TensorPrimitives.Add(some, piece, some);
                TensorPrimitives.Add(theirs, plans.Squares.AsSpan(place, count), theirs);
            }

            TensorPrimitives.Max(weights, LeastWeight, weights);
            TensorPrimitives.Divide(sum, weights, sum);
        }
    }
}
