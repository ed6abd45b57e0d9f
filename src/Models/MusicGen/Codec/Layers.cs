using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen.Codec;

/// <summary>Positions of a line from <paramref name="From"/> up to, not including, <paramref name="To"/>, of <paramref name="Total"/>.</summary>
readonly record struct Part(int From, int To, int Total)
{
    public int Length => To - From;

    public static Part All(int total) => new(0, total, total);
}

/// <summary>What turns a line into another, and any part of the other from a part of the one: with the same bits as all at once.</summary>
interface ILayer
{
    int Outputs(int inputs);

    /// <summary>What of a line of so many positions the wanted part depends on.</summary>
    Part Sees(Part wanted, int inputs);

    /// <param name="x">(1, C, seen).</param>
    /// <returns>(1, C', wanted).</returns>
    Tensor Forward(Tensor x, Part seen, Part wanted);
}

/// <summary>Layers one after another.</summary>
/// <param name="layers">By the names of the checkpoint.</param>
sealed class Chain(IEngine engine, IReadOnlyList<(string Name, ILayer Layer)> layers) : ILayer
{
    public Action<string, Tensor>? Probe { get; set; }

    public int Outputs(int inputs) => layers.Aggregate(inputs, (length, layer) => layer.Layer.Outputs(length));

    public Part Sees(Part wanted, int inputs) => Parts(wanted, inputs)[0];

    public Tensor Forward(Tensor x, Part seen, Part wanted)
    {
        Part[] parts = Parts(wanted, seen.Total);
        using ITensorScope scope = engine.Scope();
        for (int n = 0; n < layers.Count; n++)
        {
            Tensor before = x;
            x = layers[n].Layer.Forward(before, parts[n], parts[n + 1]);
            scope.Drop(before);
            Probe?.Invoke(layers[n].Name, x);
        }

        return scope.Keep(x);
    }

    /// <summary>What goes into each layer, and what comes out of the last.</summary>
    Part[] Parts(Part wanted, int inputs)
    {
        int[] lengths = new int[layers.Count];
        for (int n = 0; n < lengths.Length; n++) lengths[n] = n == 0 ? inputs : layers[n - 1].Layer.Outputs(lengths[n - 1]);
        Part[] parts = [.. Enumerable.Repeat(wanted, lengths.Length + 1)];
        for (int n = lengths.Length - 1; n >= 0; n--) parts[n] = layers[n].Layer.Sees(parts[n + 1], lengths[n]);
        return parts;
    }
}

sealed class Elu(IEngine engine) : ILayer
{
    public int Outputs(int inputs) => inputs;

    public Part Sees(Part wanted, int inputs) => wanted;

    public Tensor Forward(Tensor x, Part seen, Part wanted) => engine.Activate(x, Activation.Elu);
}

/// <summary>A convolution that gives one position for each of its strides: it sees about as far back as ahead, and past the ends what is mirrored there, or zeros.</summary>
sealed class PaddedConv : ILayer
{
    readonly IEngine engine;
    readonly PadMode mode;
    readonly int stride, window, left, right;
    readonly ConvWeights conv;

    public PaddedConv(Parameters parameters, CodecConfig config, int inputs, int outputs, int kernel, int stride = 1, int dilation = 1)
    {
        (engine, mode, this.stride) = (parameters.Engine, config.ReflectsAtEnds ? PadMode.Reflect : PadMode.Zeros, stride);
        window = ((kernel - 1) * dilation) + 1;
        right = (window - stride) / 2;
        left = window - stride - right;
        Parameters module = parameters["conv"];
        conv = engine.Prepare(ConvLayout.Line(inputs, outputs, kernel, stride, dilation: dilation), WeightNorm.Read(module, outputs, inputs, kernel), module.Read("bias", outputs));
    }

    public int Outputs(int inputs) => (inputs + stride - 1) / stride;

    public Part Sees(Part wanted, int inputs)
    {
        if (IsShort(inputs)) return Part.All(inputs);
        (int from, int to) = Window(wanted);
        (int low, int high) = (Math.Max(0, from), Math.Min(inputs, to));
        if (mode == PadMode.Reflect && from < 0) high = Math.Max(high, 1 - from);
        if (mode == PadMode.Reflect && to > inputs) low = Math.Min(low, inputs - 1 - (to - inputs));
        return new(low, high, inputs);
    }

    public Tensor Forward(Tensor x, Part seen, Part wanted) => Forward(x, seen, wanted, Finish.None);

    public Tensor Forward(Tensor x, Part seen, Part wanted, Finish finish)
    {
        using ITensorScope scope = engine.Scope();
        (int from, int to) = Window(wanted);
        (int before, int after) = (Math.Max(0, -from), Math.Max(0, to - seen.Total));
        if (IsShort(seen.Total))
        {
            // As if zeros followed that make it long enough to be mirrored; what is mirrored beyond is cut off again.
            (before, after) = (left, After(seen.Total));
            x = engine.Pad(x, 0, Most(seen.Total) + 1 - seen.Total);
        }

        if (before > 0 || after > 0) x = engine.Pad(x, before, after, mode);
        x = engine.SlicedTo(x, from - (seen.From - before), to - from);
        return scope.Keep(engine.Conv(x, conv, finish));
    }

    /// <summary>What the windows of the wanted positions cover; may lie past the ends.</summary>
    (int From, int To) Window(Part wanted) => ((wanted.From * stride) - left, ((wanted.To - 1) * stride) - left + window);

    /// <summary>Padding behind the end, with what makes the last window full.</summary>
    int After(int inputs) => right + (Outputs(inputs) * stride) - inputs;

    int Most(int inputs) => Math.Max(left, After(inputs));

    bool IsShort(int inputs) => mode == PadMode.Reflect && inputs <= Most(inputs);
}

/// <summary>A transposed convolution that gives as many positions for each one as its stride: of what overlaps the ends, about half on each side is cut off.</summary>
sealed class Upsampling : ILayer
{
    readonly IEngine engine;
    readonly int stride, kernel, left;
    readonly TransposedConvWeights conv;

    public Upsampling(Parameters parameters, int inputs, int outputs, int stride)
    {
        (engine, this.stride, kernel) = (parameters.Engine, stride, 2 * stride);
        left = kernel - stride - ((kernel - stride) / 2);
        Parameters module = parameters["conv"];
        conv = engine.Prepare(new TransposedConvLayout(inputs, outputs, kernel, stride), WeightNorm.Read(module, inputs, outputs, kernel), module.Read("bias", outputs));
    }

    public int Outputs(int inputs) => inputs * stride;

    // Position i of the input adds to those from i · stride - left on, as many as the kernel has.
    public Part Sees(Part wanted, int inputs) =>
        new(Math.Max(0, (wanted.From + left - kernel + stride) / stride), Math.Min(inputs, ((wanted.To - 1 + left) / stride) + 1), inputs);

    public Tensor Forward(Tensor x, Part seen, Part wanted) => engine.ConvTranspose(x, conv, wanted.From + left - (seen.From * stride), wanted.Length);
}

/// <summary>x + 1×1 conv(ELU(conv(ELU(x)))), fewer channels between.</summary>
sealed class ResidualBlock : ILayer
{
    readonly IEngine engine;
    readonly PaddedConv narrow, widen;

    /// <param name="depth">Which one of those after each other; each looks farther than the one before.</param>
    public ResidualBlock(Parameters parameters, CodecConfig config, int channels, int depth)
    {
        int dilation = (int)Math.Pow(config.DilationGrowth, depth);
        engine = parameters.Engine;
        int hidden = channels / config.Compression;
        narrow = new(parameters["block"][1], config, channels, hidden, config.ResidualKernel, dilation: dilation);
        widen = new(parameters["block"][3], config, hidden, channels, kernel: 1);
    }

    public int Outputs(int inputs) => inputs;

    public Part Sees(Part wanted, int inputs) => narrow.Sees(wanted, inputs);

    public Tensor Forward(Tensor x, Part seen, Part wanted)
    {
        using ITensorScope scope = engine.Scope();
        Tensor hidden = narrow.Forward(engine.Activate(x, Activation.Elu), seen, wanted, Activation.Elu);
        return scope.Keep(widen.Forward(hidden, wanted, wanted, new(Residual: engine.SlicedTo(x, wanted.From - seen.From, wanted.Length))));
    }
}

static class Lines
{
    /// <summary>Some positions of a line; the line itself where these are all.</summary>
    public static Tensor SlicedTo(this IEngine engine, Tensor x, int start, int length) => start == 0 && length == x.Size(2) ? x : engine.Slice(x, 2, start, length);
}
