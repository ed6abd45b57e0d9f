using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Benchmarks;

/// <summary>
/// The tensor engine at the sizes of one segment of HTDemucs (7.8 s) beside PyTorch on the same number of threads.
/// PyTorch's matrix products are those of the BLAS it finds; with Debian's packages that is OpenBLAS when libopenblas0-pthread is installed.
/// </summary>
static class TensorSpeed
{
    static readonly int threads = Environment.ProcessorCount;

    public static IEnumerable<Measurement> Run()
    {
        using var engine = new ManagedEngine(threads);
        foreach (Measurement measurement in Products(engine).Concat(Convolutions(engine)).Concat(Others(engine))) yield return measurement;
    }

    static IEnumerable<Measurement> Products(ManagedEngine engine)
    {
        yield return Linear(engine, "matrix product 1024³", 1024, 1024, 1024, aim: 1, repeats: 10);
        yield return Linear(engine, "matrix product 2048³", 2048, 2048, 2048, aim: 1, repeats: 2);
        yield return Linear(engine, "transformer, feed-forward in with GELU", 2688, 512, 2048, aim: 1, repeats: 5, gelu: true);
        yield return Linear(engine, "transformer, feed-forward out", 2688, 2048, 512, aim: 1, repeats: 5);
        yield return Linear(engine, "language model, 2 rows", 2, 1024, 4096, aim: 1, repeats: 200);
        yield return Attention(engine, "self-attention", 2688, 2688);
        yield return Attention(engine, "cross-attention", 1344, 2688);
    }

    static IEnumerable<Measurement> Convolutions(ManagedEngine engine)
    {
        yield return Plane(engine, "encoder 0, 8×1 by 4", new(4, 48, new(8, 1), new(4, 1), new(2, 0), new(1, 1)), 2048, 5);
        yield return Plane(engine, "encoder 1, 8×1 by 4", new(48, 96, new(8, 1), new(4, 1), new(2, 0), new(1, 1)), 512, 5);
        yield return Plane(engine, "encoder 3, 8×1 by 4", new(192, 384, new(8, 1), new(4, 1), new(2, 0), new(1, 1)), 32, 5);
        yield return Plane(engine, "encoder 0, rewrite 1×1 with GLU", ConvLayout.Plane(48, 96, new(1, 1)), 512, 5, glu: true);
        yield return Plane(engine, "encoder 3, rewrite 1×1 with GLU", ConvLayout.Plane(384, 768, new(1, 1)), 8, 5, glu: true);
        yield return Plane(engine, "encoder 0, residual 1×3", ConvLayout.Plane(48, 6, new(1, 3), padding: new(0, 1)), 512, 5);
        yield return Plane(engine, "decoder 0, rewrite 3×3 with GLU", ConvLayout.Plane(384, 768, new(3, 3), padding: new(1, 1)), 8, 2, glu: true);
        yield return Plane(engine, "decoder 3, rewrite 3×3 with GLU", ConvLayout.Plane(48, 96, new(3, 3), padding: new(1, 1)), 512, 2, glu: true);
        yield return Transposed(engine, "decoder 0, transposed 8×1 by 4 with GELU", 384, 192, 8);
        yield return Transposed(engine, "decoder 2, transposed 8×1 by 4 with GELU", 96, 48, 128);
        yield return Line(engine, "time encoder 1, 8 by 4", ConvLayout.Line(48, 96, 8, 4, 2), 85_995);
        yield return Line(engine, "time decoder 3, rewrite 3", ConvLayout.Line(48, 96, 3, 1, 1), 85_995);
    }

    static IEnumerable<Measurement> Others(ManagedEngine engine)
    {
        Tensor rows = Of(engine, 1, 96, 512, 336), residual = Of(engine, 1, 48, 512, 336), waveform = Of(engine, 1, 2, 343_980);
        var norm = new NormWeights(Of(engine, 96), Of(engine, 96), 1e-5f);
        var finish = new Finish(Activation.Glu, Of(engine, 48), residual);
        yield return Against(engine, "norm, GLU, scale and residual", "row_norm", [96, 512, 336], rows.Length / 1e9, () => engine.GroupNorm(rows, norm, 1, NormSpan.Row, finish), repeats: 3, unit: "G values/s");
        yield return Against(engine, "STFT of 7.8 s", "stft", [2, 343_980], 7.8, () => engine.Stft(waveform, 4096, 1024), repeats: 10, unit: "× real time");
        Tensor spectrum = engine.Stft(waveform, 4096, 1024);
        yield return Against(engine, "inverse STFT of 7.8 s", "istft", [2, 343_980], 7.8, () => engine.InverseStft(spectrum, 1024, 343_980), repeats: 5, unit: "× real time");
        LstmWeights lstm = engine.Prepare(new LstmLayout(1024, 1024), Noise(4 * 1024 * 1024), Noise(4 * 1024 * 1024), Noise(4 * 1024));
        Tensor steps = Of(engine, 1, 100, 1024);
        yield return Against(engine, "LSTM 1024 wide, 100 steps", "lstm", [100, 1024, 1024], 2 * 8.0 * 100 * 1024 * 1024 / 1e9, () => engine.Lstm(steps, lstm), repeats: 1);
    }

    static Measurement Linear(ManagedEngine engine, string what, int rows, int inputs, int outputs, double aim, int repeats, bool gelu = false)
    {
        LinearWeights weights = engine.Prepare(new LinearLayout(inputs, outputs), Noise(inputs * outputs), Noise(outputs));
        Tensor x = Of(engine, rows, inputs);
        Activation activation = gelu ? Activation.Gelu : Activation.None;
        return Against(engine, what, gelu ? "feed_forward" : "linear", [rows, inputs, outputs], 2.0 * rows * inputs * outputs / 1e9, () => engine.Linear(x, weights, activation), repeats, aim: aim);
    }

    static Measurement Attention(ManagedEngine engine, string what, int queries, int keys)
    {
        const int Channels = 512, Heads = 8;
        Tensor q = Of(engine, 1, queries, Channels), k = Of(engine, 1, keys, Channels), v = Of(engine, 1, keys, Channels);
        return Against(engine, $"{what}, {queries} × {keys}", "attention", [queries, keys, Channels, Heads], 4.0 * queries * keys * Channels / 1e9, () => engine.Attention(q, k, v, new(Heads)), repeats: 2);
    }

    static Measurement Plane(ManagedEngine engine, string what, ConvLayout layout, int height, int repeats, bool glu = false)
    {
        const int Frames = 336;
        var (kernel, stride, padding) = (layout.Kernel, layout.Stride, layout.Padding);
        ConvWeights weights = engine.Prepare(layout, Noise(layout.Inputs * layout.Outputs * kernel.Height * kernel.Width), Noise(layout.Outputs));
        Tensor x = Of(engine, 1, layout.Inputs, height, Frames);
        double work = 2.0 * layout.Outputs * (height / stride.Height) * Frames * layout.Inputs * kernel.Height * kernel.Width / 1e9;
        int[] numbers = [layout.Inputs, layout.Outputs, height, Frames, kernel.Height, kernel.Width, stride.Height, stride.Width, padding.Height, padding.Width];
        return Against(engine, what, glu ? "conv_glu" : "conv", numbers, work, () => engine.Conv(x, weights, glu ? Activation.Glu : Activation.None), repeats);
    }

    static Measurement Line(ManagedEngine engine, string what, ConvLayout layout, int samples)
    {
        int kernel = layout.Kernel.Width, stride = layout.Stride.Width;
        ConvWeights weights = engine.Prepare(layout, Noise(layout.Inputs * layout.Outputs * kernel), Noise(layout.Outputs));
        Tensor x = Of(engine, 1, layout.Inputs, samples);
        double work = 2.0 * layout.Outputs * (samples / stride) * layout.Inputs * kernel / 1e9;
        return Against(engine, what, "line", [layout.Inputs, layout.Outputs, samples, kernel, stride, layout.Padding.Width], work, () => engine.Conv(x, weights), repeats: 3);
    }

    static Measurement Transposed(ManagedEngine engine, string what, int inputs, int outputs, int height)
    {
        const int Frames = 336, Kernel = 8, Stride = 4;
        TransposedConvWeights weights = engine.Prepare(new TransposedConvLayout(inputs, outputs, Kernel, Stride), Noise(inputs * outputs * Kernel), Noise(outputs));
        Tensor x = Of(engine, 1, inputs, height, Frames);
        double work = 2.0 * inputs * outputs * Kernel * height * Frames / 1e9;
        return Against(engine, what, "transposed", [inputs, outputs, height, Frames], work, () => engine.ConvTranspose(x, weights, 2, Stride * height, Activation.Gelu), repeats: 3);
    }

    static Measurement Against(ManagedEngine engine, string what, string kind, int[] numbers, double amount, Func<Tensor> work, int repeats, string unit = "GFLOP/s", double aim = 1) =>
        Duel.Of($"{what}, {threads} threads", amount, aim, Opponent.OfTorch(threads, repeats, kind, numbers), () =>
        {
            using ITensorScope scope = engine.Scope();
            work();
        }, unit, repeats);

    static Tensor Of(ManagedEngine engine, params int[] shape) => engine.Upload(Noise(shape.Aggregate(1, (product, size) => product * size)), shape);

    static float[] Noise(int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) values[i] = (((uint)i * 2654435761u) >> 8) * (0.2f / (1 << 24)) - 0.1f;
        return values;
    }
}
