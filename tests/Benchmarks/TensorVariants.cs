using DgxMusic.Tensors;
using DgxMusic.Tensors.Kernels;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>What the tensor engine does, turn by turn with what was tried instead and lost.</summary>
static unsafe class TensorVariants
{
    const int Rounds = 9;

    public static IEnumerable<Measurement> Run() =>
        [.. Widths(), .. Tiles("384 → 768 channels, 3×3", 384, 768, 3, height: 8), .. Tiles("48 → 96 channels, 1×1", 48, 96, 1, height: 512), .. Transposes(), .. Memory()];

    /// <summary>Narrower vectors do less at once; they are there for processors that have no wider ones.</summary>
    static IEnumerable<Measurement> Widths()
    {
        float[] noise = FullSizeWeights.Noise(1024 * 512);
        var variants = new List<(string, Action)>();
        foreach (KernelSet kernels in KernelSet.Supported)
        {
            var engine = new ManagedEngine(1, kernels);
            LinearWeights weights = engine.Prepare(new LinearLayout(1024, 1024), noise);
            Tensor x = engine.Upload(noise, 1024, 1024);
            variants.Add(($"matrix product 1024³, {kernels.Name}, 1 thread", () =>
            {
                using ITensorScope scope = engine.Scope();
                engine.Linear(x, weights);
            }));
        }

        return InTurns(2 * 1024.0 * 1024 * 1024 / 1e9, "GFLOP/s", variants);
    }

    /// <summary>How many strips of positions a task of a convolution takes: few threads' tasks end together, many spread the reading of the weights.</summary>
    static IEnumerable<Measurement> Tiles(string what, int inputs, int outputs, int kernel, int height)
    {
        const int frames = 336, threads = 2;
        KernelSet kernels = KernelSet.Best;
        var engine = new ManagedEngine(threads);
        var pool = new WorkerPool(threads);
        var scratch = new Scratch(threads);
        int depth = inputs * kernel * kernel, positions = height * frames;
        Packed weights = Packed.Rows(engine.Lasting, FullSizeWeights.Noise(outputs * depth / 2), outputs, depth, kernels.Rows);
        var from = (ManagedTensor)engine.Upload(FullSizeWeights.Noise(inputs * positions / 2), 1, inputs, height, frames);
        var to = (ManagedTensor)engine.Zeros(1, outputs, height, frames);
        Tap[] taps =
        [
            .. from channel in Enumerable.Range(0, inputs) from y in Enumerable.Range(0, kernel) from x in Enumerable.Range(0, kernel)
               select new Tap(channel, y - (kernel / 2), x - (kernel / 2)),
        ];
        int taken = ImagePlan.For(1, positions, weights, kernels, threads).TilePositions / kernels.Columns;
        var finish = new ImageFinish(kernels, null, Activation.None, null, null, to, outputs, positions);
        return InTurns(2.0 * outputs * depth * positions / 1e9, "GFLOP/s", [.. ((int[])[1, 2, 3, 4, 8]).Select(strips =>
        {
            var plan = new ImagePlan(1, positions, strips * kernels.Columns, outputs, outputs);
            var work = new ImageWork(kernels, scratch, new(from, height, frames, frames, new(1, 1), taps), weights, finish, plan);
            return ($"convolution, {what}, {strips} strip(s) a task{(strips == taken ? ", as taken" : "")}", (Action)(() => pool.Run(plan.Tasks, work)));
        })]);
    }

    /// <summary>Rows a power of two apart share a few lines of the cache: whole rows at a time throw out what the next row needs.</summary>
    static IEnumerable<Measurement> Transposes()
    {
        const int side = 2048;
        var from = new Segment(side * side);
        var to = new Segment(side * side);
        new Span<float>(from.Data, side * side).Fill(1);
        return InTurns(side * side / 1e9, "G values/s",
        [
            ("transpose 2048², a cache line of each row at a time, as taken", () => Transpose.Run(from.Data, side, side, side, to.Data, side)),
            ("transpose 2048², row by row", () =>
            {
                for (int row = 0; row < side; row++)
                {
                    for (int column = 0; column < side; column++) to.Data[((long)column * side) + row] = from.Data[((long)row * side) + column];
                }
            }),
        ]);
    }

    /// <summary>The system fills fresh memory with zeros, page by page, when it is touched first.</summary>
    static IEnumerable<Measurement> Memory()
    {
        const int length = 96 * 512 * 336;
        var pool = new BufferPool();
        return InTurns(length * 4 / 1e9, "GB/s",
        [
            ("a tensor of 66 MB in memory used before, as taken", () => Touch(pool.Rent(length)).Return()),
            ("a tensor of 66 MB in memory of its own", () => new Segment(length).Use()),
        ]);
    }

    static TensorBuffer Touch(TensorBuffer buffer)
    {
        new Span<float>(buffer.Data, (int)buffer.Capacity).Fill(1);
        return buffer;
    }

    static void Use(this Segment segment)
    {
        new Span<float>(segment.Data, (int)segment.Length).Fill(1);
        segment.Dispose();
    }

    /// <summary>Round by round, so that what slows the machine slows all. The first rounds warm up.</summary>
    static List<Measurement> InTurns(double amount, string unit, IReadOnlyList<(string What, Action Work)> variants)
    {
        List<double>[] readings = [.. variants.Select(_ => new List<double>())];
        for (int round = -3; round < Rounds; round++)
        {
            for (int n = 0; n < variants.Count; n++)
            {
                double speed = amount / Measurement.SecondsOf(variants[n].Work);
                if (round >= 0) readings[n].Add(speed);
            }
        }

        return [.. variants.Select((variant, n) => new Measurement(variant.What, readings[n], unit))];
    }
}
