namespace DgxMusic.Tensors.Kernels;

sealed unsafe class KernelSet<L, V>(string name, int rows) : KernelSet where L : ILanes<V> where V : unmanaged
{
    internal override string Name => name;

    internal override int Rows => rows;

    internal override int Columns => ProductKernel<L, V>.Columns;

    internal override int Lanes => L.Count;

    internal override SoftmaxKernel Softmax { get; } = new SoftmaxKernel<L, V>();

    internal override void Product(WeightStorage storage, float* a, nint aStep, byte* b, float* c, nint cStride, int rowCount, int depth, bool add)
    {
        switch (storage)
        {
            case WeightStorage.Int8: ProductKernel<L, V>.Run<Int8Format>(a, 1, aStep, b, c, cStride, rowCount, depth, add); break;
            case WeightStorage.BFloat16: ProductKernel<L, V>.Run<BFloat16Format>(a, 1, aStep, b, c, cStride, rowCount, depth, add); break;
            default: ProductKernel<L, V>.Run<Float32Format>(a, 1, aStep, b, c, cStride, rowCount, depth, add); break;
        }
    }

    internal override void FewRows(WeightStorage storage, float* a, nint aRow, byte* b, float* c, int rowCount, int depth, int block)
    {
        switch (storage)
        {
            case WeightStorage.Int8: ProductKernel<L, V>.RunFew<Int8Format>(a, aRow, b, c, rowCount, depth, block); break;
            case WeightStorage.BFloat16: ProductKernel<L, V>.RunFew<BFloat16Format>(a, aRow, b, c, rowCount, depth, block); break;
            default: ProductKernel<L, V>.RunFew<Float32Format>(a, aRow, b, c, rowCount, depth, block); break;
        }
    }

    internal override void NarrowProduct(float* a, nint aStep, float* b, float* c, int rowCount, int depth, bool add) =>
        ProductKernel<L, V>.RunNarrow(a, aStep, b, c, rowCount, depth, add);

    internal override void Scores(CacheStorage storage, float* question, int size, byte* keys, int lanes, float* scores, int count, byte* ahead)
    {
        if (storage == CacheStorage.BFloat16) QueryKernel<L, V>.Scores<BFloat16Format>(question, size, keys, lanes, scores, count, ahead);
        else QueryKernel<L, V>.Scores<Float32Format>(question, size, keys, lanes, scores, count, ahead);
    }

    internal override float Absorb(float* scores, int count, ref float highest, ref float sum) => QueryKernel<L, V>.Absorb(scores, count, ref highest, ref sum);

    internal override void Weigh(CacheStorage storage, float* weights, int count, byte* values, int width, float* result, float shrink, byte* ahead)
    {
        if (storage == CacheStorage.BFloat16) QueryKernel<L, V>.Weigh<BFloat16Format>(weights, count, values, width, result, shrink, ahead);
        else QueryKernel<L, V>.Weigh<Float32Format>(weights, count, values, width, result, shrink, ahead);
    }

    internal override void Widen(ushort* from, float* to, long count) => Maps<L, V>.Widen(from, to, count);

    internal override void Activate(Activation activation, float* from, float* to, long count)
    {
        switch (activation)
        {
            case Activation.None when from == to: break;
            case Activation.None: Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float)); break;
            case Activation.Gelu: Maps<L, V>.Run<GeluMap>(from, to, count); break;
            case Activation.Relu: Maps<L, V>.Run<ReluMap>(from, to, count); break;
            case Activation.Elu: Maps<L, V>.Run<EluMap>(from, to, count); break;
            case Activation.Sigmoid: Maps<L, V>.Run<SigmoidMap>(from, to, count); break;
            case Activation.Tanh: Maps<L, V>.Run<TanhMap>(from, to, count); break;
            default: throw new ArgumentOutOfRangeException(nameof(activation), activation, "This activation looks at two values.");
        }
    }

    internal override void Finish(float* values, in Ending ending, float* to, long count) => FinishKernel<L, V>.Run(values, ending, to, count);

    internal override void Patch(in Image image, ReadOnlySpan<Tap> taps, int row, int column, int step, int run, float* to, int lane, int width) =>
        PatchKernel<L, V>.Run(image, taps, row, column, step, run, to, lane, width);

    internal override void Gate(float* value, float* gate, float* to, long count) => Maps<L, V>.Combine<GateMap>(value, false, gate, false, to, count);

    internal override void Combine(Operation operation, float* a, bool aRepeats, float* b, bool bRepeats, float* to, long count)
    {
        switch (operation)
        {
            case Operation.Add: Maps<L, V>.Combine<AddMap>(a, aRepeats, b, bRepeats, to, count); break;
            case Operation.Subtract: Maps<L, V>.Combine<SubtractMap>(a, aRepeats, b, bRepeats, to, count); break;
            case Operation.Multiply: Maps<L, V>.Combine<MultiplyMap>(a, aRepeats, b, bRepeats, to, count); break;
            default: Maps<L, V>.Combine<DivideMap>(a, aRepeats, b, bRepeats, to, count); break;
        }
    }

    internal override void Affine(float* from, float factor, float term, float* to, long count) =>
        Maps<L, V>.MultiplyAdd(from, &factor, true, &term, true, to, count);

    internal override void Affine(float* from, float* factors, float* terms, float* to, long count) =>
        Maps<L, V>.MultiplyAdd(from, factors, false, terms, false, to, count);

    internal override void ScaleAndAdd(float* from, float factor, float* terms, float* to, long count)
    {
        if (terms is null) Maps<L, V>.Combine<MultiplyMap>(from, false, &factor, true, to, count);
        else Maps<L, V>.MultiplyAdd(from, &factor, true, terms, false, to, count);
    }

    internal override (double Mean, double SquaredDistances) Moments(float* from, int count) => MomentKernel<L, V>.Run(from, count);

    internal override double Energy(float* from, int count) => MomentKernel<L, V>.Energy(from, count);

    internal override void Remember(float* weights, float* before, int depth, int block, float* made, nint gateStep, float* cell, float* to, int count) =>
        MemoryKernel<L, V>.Run(weights, before, depth, block, made, gateStep, cell, to, count);
}
