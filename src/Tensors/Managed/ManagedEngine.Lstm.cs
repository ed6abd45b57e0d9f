using System.Runtime.InteropServices;
using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    const int Gates = 4;

    /// <param name="hidden">Strips of as many units as a vector has values, all gates of each; see <see cref="MemoryKernel{L,V}"/>.</param>
    sealed class ManagedLstm(LstmLayout layout, LinearWeights input, Packed hidden) : LstmWeights(layout)
    {
        internal LinearWeights Input { get; } = input;

        internal Packed Hidden { get; } = hidden;
    }

    public LstmWeights Prepare(LstmLayout layout, ReadOnlySpan<float> inputWeight, ReadOnlySpan<float> hiddenWeight, ReadOnlySpan<float> bias)
    {
        int size = layout.Hidden, lanes = kernels.Lanes;
        Require(size > 0, "A memory of no units keeps nothing.");
        RequireValues(hiddenWeight, (long)Gates * size * size, bias, Gates * size);
        LinearWeights input = Prepare(new LinearLayout(layout.Inputs, Gates * size), inputWeight, bias);
        // Rows in the order in which a strip has them: gate by gate of one vector of units, then of the next.
        int strips = Parts(size, lanes);
        float[] rows = new float[strips * Gates * lanes * size];
        for (int unit = 0; unit < size; unit++)
        {
            for (int gate = 0; gate < Gates; gate++)
                hiddenWeight.Slice(((gate * size) + unit) * size, size).CopyTo(rows.AsSpan((((((unit / lanes) * Gates) + gate) * lanes) + (unit % lanes)) * size));
        }

        return new ManagedLstm(layout, input, Packed.Rows(Lasting, pool, rows, strips * Gates * lanes, size, Gates * lanes, WeightStorage.Float32));
    }

    public Tensor Lstm(Tensor x, LstmWeights weights)
    {
        using ITensorScope inside = Scope();
        return inside.Keep(Lstm(x, weights, null).Y);
    }

    public (Tensor Y, LstmState After) Lstm(Tensor x, LstmWeights weights, LstmState? before)
    {
        ManagedLstm lstm = weights as ManagedLstm ?? throw new ArgumentException("These weights belong to another engine.", nameof(weights));
        Require(x.Rank == 3 && x.Size(2) == lstm.Layout.Inputs, $"{x} does not end in {lstm.Layout.Inputs} inputs.");
        int batch = x.Size(0), times = x.Size(1), size = lstm.Layout.Hidden;
        using ITensorScope inside = Scope();
        LstmState start = before ?? new(Zeros(batch, size), Zeros(batch, size));
        foreach (Tensor part in (Tensor[])[start.Hidden, start.Cell]) Require(part.Shape.SequenceEqual([batch, size]), $"{part} is no state of {batch} items and {size} units.");
        ManagedTensor to = New(batch, times, size), gates = Mine(Linear(x, lstm.Input)), cell = New(batch, size), hidden = New(batch, size), first = Mine(start.Hidden);
        Copy(Mine(start.Cell).Data, cell.Data, cell.Length);
        pool.Run(Threads, new LstmWork(kernels, lstm.Hidden, gates, cell, first, to, new()));
        for (int item = 0; item < batch; item++)
            Copy(times == 0 ? first.Data + ((long)item * size) : to.Data + (((((long)item * times) + times) - 1) * size), hidden.Data + ((long)item * size), size);
        return (inside.Keep(to), new(inside.Keep(hidden), inside.Keep(cell)));
    }

    /// <summary>How far all threads together have come, each number on a cache line of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    sealed class LstmProgress
    {
        /// <summary>Pieces that somebody has begun.</summary>
        [FieldOffset(64)]
        internal long Taken;

        [FieldOffset(192)]
        internal long Done;
    }

    /// <summary>
    /// All steps. Each thread takes piece after piece, strips of the first step, then of the next one, and before it begins waits until the steps before are done. So a step costs a few
    /// counts and no call, and whoever is held back holds back one piece.
    /// </summary>
    readonly struct LstmWork(KernelSet kernels, Packed hidden, ManagedTensor gates, ManagedTensor cell, ManagedTensor before, ManagedTensor to, LstmProgress progress) : IWork
    {
        public void Run(int task, int worker)
        {
            int strips = hidden.Strips;
            while (true)
            {
                long piece = Interlocked.Increment(ref progress.Taken) - 1, time = piece / strips;
                if (time >= to.Size(1)) return;
                var spinner = new SpinWait();
                while (Volatile.Read(ref progress.Done) < time * strips) spinner.SpinOnce(sleep1Threshold: -1);
                Step((int)time, (int)(piece % strips));
                Interlocked.Increment(ref progress.Done);
            }
        }

        void Step(int time, int strip)
        {
            int batch = to.Size(0), times = to.Size(1), size = to.Size(2), first = strip * kernels.Lanes;
            float* weights = hidden.At(strip * hidden.Width, 0);
            for (int item = 0; item < batch; item++)
            {
                long row = ((long)item * times) + time;
                float* last = time == 0 ? before.Data + ((long)item * size) : to.Data + ((row - 1) * size), made = gates.Data + (row * Gates * size) + first;
                kernels.Remember(weights, last, size, Packed.Block, made, size, cell.Data + ((long)item * size) + first, to.Data + (row * size) + first, size - first);
            }
        }
    }
}
