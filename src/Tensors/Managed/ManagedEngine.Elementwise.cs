using DgxMusic.Tensors.Kernels;

namespace DgxMusic.Tensors.Managed;

public sealed unsafe partial class ManagedEngine
{
    /// <summary>Values a task; 64 KB, half of a small second-level cache with its result.</summary>
    const int Chunk = 1 << 14;

    public Tensor Add(Tensor a, Tensor b) => Combine(Operation.Add, a, b);

    public Tensor Subtract(Tensor a, Tensor b) => Combine(Operation.Subtract, a, b);

    public Tensor Multiply(Tensor a, Tensor b) => Combine(Operation.Multiply, a, b);

    public Tensor Divide(Tensor a, Tensor b) => Combine(Operation.Divide, a, b);

    public Tensor Affine(Tensor x, float factor, float term)
    {
        ManagedTensor from = Mine(x), to = New(x.Shape);
        pool.Run(Parts(x.Length, Chunk), new AffineWork(kernels, from, factor, term, to));
        return to;
    }

    public Tensor Activate(Tensor x, Activation activation, int axis = 1)
    {
        ManagedTensor from = Mine(x);
        if (activation == Activation.Glu) return Gated(from, from.AxisOf(axis));
        ManagedTensor to = New(x.Shape);
        pool.Run(Parts(x.Length, Chunk), new ActivateWork(kernels, activation, from, to));
        return to;
    }

    ManagedTensor Gated(ManagedTensor x, int axis)
    {
        int[] shape = x.Shape.ToArray();
        Require(shape[axis] % 2 == 0, $"GLU halves axis {axis} of {x}, which is odd.");
        shape[axis] /= 2;
        ManagedTensor to = New(shape);
        long run = 1;
        for (int i = axis; i < shape.Length; i++) run *= shape[i];
        if (run == 0) return to;
        int chunks = Parts(run, Chunk);
        pool.Run(checked((int)(to.Length / run * chunks)), new GateWork(kernels, x, run, chunks, to));
        return to;
    }

    ManagedTensor Combine(Operation operation, Tensor left, Tensor right)
    {
        ManagedTensor a = Mine(left), b = Mine(right);
        Broadcast plan = Broadcast.Of(a, b);
        ManagedTensor to = New(plan.Shape);
        if (to.Length == 0) return to;
        int chunks = Parts(plan.Run, Chunk);
        // Short runs share a task.
        int runsPerTask = (int)Math.Max(1, Chunk / plan.Run);
        pool.Run(Parts(plan.Runs, runsPerTask) * chunks, new CombineWork(kernels, operation, a, b, to, plan, chunks, runsPerTask));
        return to;
    }

    readonly struct AffineWork(KernelSet kernels, ManagedTensor from, float factor, float term, ManagedTensor to) : IWork
    {
        public void Run(int task, int worker)
        {
            long start = (long)task * Chunk;
            kernels.Affine(from.Data + start, factor, term, to.Data + start, Math.Min(Chunk, from.Length - start));
        }
    }

    readonly struct ActivateWork(KernelSet kernels, Activation activation, ManagedTensor from, ManagedTensor to) : IWork
    {
        public void Run(int task, int worker)
        {
            long start = (long)task * Chunk;
            kernels.Activate(activation, from.Data + start, to.Data + start, Math.Min(Chunk, from.Length - start));
        }
    }

    readonly struct GateWork(KernelSet kernels, ManagedTensor from, long run, int chunks, ManagedTensor to) : IWork
    {
        public void Run(int task, int worker)
        {
            long item = task / chunks, start = (long)(task % chunks) * Chunk;
            float* value = from.Data + (2 * item * run) + start;
            kernels.Gate(value, value + run, to.Data + (item * run) + start, Math.Min(Chunk, run - start));
        }
    }

    readonly struct CombineWork(
        KernelSet kernels, Operation operation, ManagedTensor a, ManagedTensor b, ManagedTensor to, Broadcast plan, int chunks, int runsPerTask) : IWork
    {
        public void Run(int task, int worker)
        {
            long first = task / chunks * (long)runsPerTask, last = Math.Min(plan.Runs, first + runsPerTask), start = (long)(task % chunks) * Chunk;
            long count = Math.Min(Chunk, plan.Run - start);
            for (long run = first; run < last; run++)
            {
                var (fromA, fromB) = plan.Offsets(run);
                float* atA = a.Data + fromA + (plan.ARepeats ? 0 : start), atB = b.Data + fromB + (plan.BRepeats ? 0 : start);
                kernels.Combine(operation, atA, plan.ARepeats, atB, plan.BRepeats, to.Data + (run * plan.Run) + start, count);
            }
        }
    }
}
