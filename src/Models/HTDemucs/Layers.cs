using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.HTDemucs;

/// <summary>conv → GELU → dconv → 1×1 conv → GLU: a quarter of the rows, twice the channels. Lines are (B, C, T), planes (B, C, H, T) with all kernels but dconv's along H.</summary>
sealed class EncoderLayer
{
    readonly IEngine engine;
    readonly int stride;
    readonly bool isLine;
    readonly ConvWeights conv, rewrite;
    readonly DConv dconv;

    public EncoderLayer(Parameters parameters, HTDemucsConfig config, int inputs, int outputs, bool isLine)
    {
        (engine, stride, this.isLine) = (parameters.Engine, config.Stride, isLine);
        int padding = config.Kernel / 4;
        conv = parameters["conv"].Conv(
            isLine ? ConvLayout.Line(inputs, outputs, config.Kernel, stride, padding)
                : ConvLayout.Plane(inputs, outputs, new(config.Kernel, 1), new(stride, 1), new(padding, 0)), isLine);
        dconv = new(parameters["dconv"], config, outputs, isLine);
        rewrite = parameters["rewrite"].Conv(isLine ? ConvLayout.Line(outputs, 2 * outputs, 1) : ConvLayout.Plane(outputs, 2 * outputs, new(1, 1)), isLine);
    }

    public Tensor Forward(Tensor x)
    {
        using ITensorScope scope = engine.Scope();
        int loose = isLine ? x.Size(-1) % stride : 0;
        if (loose > 0) x = engine.Pad(x, 0, stride - loose);
        Tensor y = dconv.Forward(engine.Conv(x, conv, Activation.Gelu), scope);
        return scope.Keep(engine.Conv(y, rewrite, Activation.Glu));
    }
}

/// <summary>(x + skip) → 3×3 conv → GLU → dconv → transposed conv → GELU: what an encoder does, backwards.</summary>
sealed class DecoderLayer
{
    readonly IEngine engine;
    readonly int padding;
    readonly bool isLast;
    readonly ConvWeights rewrite;
    readonly DConv dconv;
    readonly TransposedConvWeights convTr;

    public DecoderLayer(Parameters parameters, HTDemucsConfig config, int inputs, int outputs, bool isLast, bool isLine)
    {
        (engine, padding, this.isLast) = (parameters.Engine, config.Kernel / 4, isLast);
        int context = config.Context, wide = (2 * context) + 1;
        rewrite = parameters["rewrite"].Conv(
            isLine ? ConvLayout.Line(inputs, 2 * inputs, wide, padding: context) : ConvLayout.Plane(inputs, 2 * inputs, new(wide, wide), padding: new(context, context)), isLine);
        dconv = new(parameters["dconv"], config, inputs, isLine);
        convTr = parameters["conv_tr"].ConvTranspose(new(inputs, outputs, config.Kernel, config.Stride), isLine);
    }

    /// <param name="skip">What the encoder of the same depth gave.</param>
    /// <param name="owner">Whose <paramref name="x"/> and <paramref name="skip"/> are: both die as soon as they are added.</param>
    /// <param name="length">Rows of a plane, samples of a line, that come out.</param>
    public Tensor Forward(Tensor x, Tensor skip, ITensorScope owner, int length)
    {
        using ITensorScope scope = engine.Scope();
        Tensor sum = x + skip;
        owner.Drop(x);
        owner.Drop(skip);
        Tensor y = engine.Conv(sum, rewrite, Activation.Glu);
        scope.Drop(sum);
        y = dconv.Forward(y, scope);
        return scope.Keep(engine.ConvTranspose(y, convTr, padding, length, isLast ? Activation.None : Activation.Gelu));
    }
}

/// <summary>Residual branches with dilated convolutions along time: conv → norm → GELU → 1×1 conv → norm → GLU → scale. On a plane each row stands for itself.</summary>
sealed class DConv
{
    readonly IEngine engine;
    readonly NormSpan span;
    readonly Branch[] layers;

    public DConv(Parameters parameters, HTDemucsConfig config, int channels, bool isLine)
    {
        (engine, span) = (parameters.Engine, isLine ? NormSpan.Item : NormSpan.Row);
        layers = [.. Enumerable.Range(0, config.DConvDepth).Select(n => new Branch(parameters["layers"][n], channels, channels / config.DConvCompression, 1 << n, isLine))];
    }

    /// <param name="owner">Whose <paramref name="x"/> is: it dies once it is used. What comes out is the owner's too.</param>
    public Tensor Forward(Tensor x, ITensorScope owner)
    {
        foreach (Branch layer in layers)
        {
            using ITensorScope scope = engine.Scope();
            Tensor before = x, hidden = engine.GroupNorm(engine.Conv(x, layer.Conv), layer.Norm, 1, span, Activation.Gelu);
            x = scope.Keep(engine.GroupNorm(engine.Conv(hidden, layer.Widen), layer.WidenNorm, 1, span, new(Activation.Glu, layer.Scale, before)));
            owner.Drop(before);
        }

        return x;
    }

    sealed class Branch(Parameters parameters, int channels, int hidden, int dilation, bool isLine)
    {
        const int Kernel = 3;

        // Kernels of a line, also on a plane: only their layout knows of the rows.
        public ConvWeights Conv { get; } = parameters[0].Conv(
            isLine ? ConvLayout.Line(channels, hidden, Kernel, padding: dilation, dilation: dilation)
                : ConvLayout.Plane(channels, hidden, new(1, Kernel), padding: new(0, dilation), dilation: new(1, dilation)), isLine: true);

        public NormWeights Norm { get; } = parameters[1].Norm(hidden);

        public ConvWeights Widen { get; } = parameters[3].Conv(isLine ? ConvLayout.Line(hidden, 2 * channels, 1) : ConvLayout.Plane(hidden, 2 * channels, new(1, 1)), isLine: true);

        public NormWeights WidenNorm { get; } = parameters[4].Norm(2 * channels);

        public Tensor Scale { get; } = parameters[6].Tensor("scale", channels);
    }
}
