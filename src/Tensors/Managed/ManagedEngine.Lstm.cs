using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    const int Gates = 4;

    /// <param name="hidden">One matrix a gate.</param>
    sealed class ManagedLstm(LstmLayout layout, LinearWeights input, Packed[] hidden) : LstmWeights(layout)
    {
        internal LinearWeights Input { get; } = input;

        internal Packed[] Hidden { get; } = hidden;
    }

    public LstmWeights Prepare(LstmLayout layout, ReadOnlySpan<float> inputWeight, ReadOnlySpan<float> hiddenWeight, ReadOnlySpan<float> bias)
    {
        int size = layout.Hidden;
        Require(size > 0, "A memory of no units keeps nothing.");
        RequireValues(hiddenWeight, (long)Gates * size * size, bias, Gates * size);
        LinearWeights input = Prepare(new LinearLayout(layout.Inputs, Gates * size), inputWeight, bias);
        var hidden = new Packed[Gates];
        for (int gate = 0; gate < Gates; gate++) hidden[gate] = Packed.Rows(Lasting, hiddenWeight.Slice(gate * size * size, size * size), size, size, kernels.Columns);
        return new ManagedLstm(layout, input, hidden);
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
        ManagedTensor to = New(batch, times, size), gates = Mine(Linear(x, lstm.Input)), cell = New(batch, size), hidden = New(batch, size);
        Copy(Mine(start.Cell).Data, cell.Data, cell.Length);
        for (int time = 0; time < times; time++) pool.Run(Parts(size, kernels.Columns), new LstmStep(kernels, scratch, lstm.Hidden, gates, cell, Mine(start.Hidden), to, time));
        for (int item = 0; item < batch; item++)
            Copy(times == 0 ? Mine(start.Hidden).Data + ((long)item * size) : to.Data + (((((long)item * times) + times) - 1) * size), hidden.Data + ((long)item * size), size);
        return (inside.Keep(to), new(inside.Keep(hidden), inside.Keep(cell)));
    }

    /// <summary>One step of some hidden units, all items of the batch: gates from the input, made before, and from the step before.</summary>
    /// <param name="before">What the first step finds in place of the step before it.</param>
    readonly struct LstmStep(
        KernelSet kernels, Scratch scratch, Packed[] hidden, ManagedTensor gates, ManagedTensor cell, ManagedTensor before, ManagedTensor to, int time) : IWork
    {
        public void Run(int task, int worker)
        {
            int size = to.Size(2), batch = to.Size(0), times = to.Size(1), width = kernels.Columns, first = task * width, count = Math.Min(width, size - first);
            int strips = (batch + kernels.Rows - 1) / kernels.Rows;
            float* state = scratch.For(worker, ((long)strips * kernels.Rows * size) + ((long)Gates * strips * kernels.Rows * width));
            float* results = state + ((long)strips * kernels.Rows * size);
                // The state before, (items × hidden).
            float* source = time == 0 ? before.Data : to.Data + ((long)(time - 1) * size);
            long step = time == 0 ? size : (long)times * size;
            Pack(source, step, batch, size, state);
            long planeStep = (long)strips * kernels.Rows * width;
            for (int gate = 0; gate < Gates; gate++)
            {
                for (int k = 0; k < size; k += Packed.Block)
                {
                    int depth = Math.Min(Packed.Block, size - k);
                    Tile.Multiply(
                        kernels, state + ((long)k * kernels.Rows), (long)kernels.Rows * size, hidden[gate].At(first, k), 0,
                        results + (gate * planeStep), width, batch, width, depth, add: k > 0);
                }
            }

            for (int item = 0; item < batch; item++) Step(item, first, count, results + ((long)item * width), planeStep);
        }

        void Pack(float* source, long step, int batch, int size, float* state)
        {
            for (int item = 0; item < batch; item++)
            {
                float* strip = state + ((long)(item / kernels.Rows) * kernels.Rows * size) + (item % kernels.Rows);
                for (int k = 0; k < size; k++) strip[k * kernels.Rows] = source[(item * step) + k];
            }
        }

        // c = σ(f) c + σ(i) tanh(g), h = σ(o) tanh(c)
        void Step(int item, int first, int count, float* sums, long planeStep)
        {
            int size = to.Size(2), times = to.Size(1);
            float* made = gates.Data + ((((long)item * times) + time) * Gates * size) + first;
            float* memory = cell.Data + ((long)item * size) + first, put = to.Data + ((((long)item * times) + time) * size) + first;
            float* i = sums, f = sums + planeStep, g = f + planeStep, o = g + planeStep;
            for (int gate = 0; gate < Gates; gate++)
            {
                float* sum = sums + (gate * planeStep);
                kernels.Combine(Operation.Add, sum, false, made + ((long)gate * size), false, sum, count);
                kernels.Activate(gate == 2 ? Activation.Tanh : Activation.Sigmoid, sum, sum, count);
            }

            kernels.Combine(Operation.Multiply, f, false, memory, false, memory, count);
            kernels.Affine(i, g, memory, memory, count);
            kernels.Activate(Activation.Tanh, memory, i, count);
            kernels.Combine(Operation.Multiply, o, false, i, false, put, count);
        }
    }
}
