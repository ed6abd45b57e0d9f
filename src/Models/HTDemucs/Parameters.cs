using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.HTDemucs;

/// <summary>The parameters below a name of the checkpoint, read as an engine likes them.</summary>
sealed class Parameters(IEngine engine, WeightFile file, string prefix = "")
{
    public IEngine Engine => engine;

    public Parameters this[string name] => new(engine, file, $"{prefix}{name}.");

    public Parameters this[int index] => this[index.ToString(System.Globalization.CultureInfo.InvariantCulture)];

    public ConvWeights Conv(ConvLayout layout, bool isLine) => engine.Prepare(
        layout,
        isLine ? Read("weight", layout.Outputs, layout.Inputs, layout.Kernel.Width) : Read("weight", layout.Outputs, layout.Inputs, layout.Kernel.Height, layout.Kernel.Width),
        Read("bias", layout.Outputs));

    public TransposedConvWeights ConvTranspose(TransposedConvLayout layout, bool isLine) => engine.Prepare(
        layout,
        isLine ? Read("weight", layout.Inputs, layout.Outputs, layout.Kernel) : Read("weight", layout.Inputs, layout.Outputs, layout.Kernel, 1),
        Read("bias", layout.Outputs));

    public LinearWeights Linear(int inputs, int outputs) => engine.Prepare(new LinearLayout(inputs, outputs), Read("weight", outputs, inputs), Read("bias", outputs));

    /// <summary>One of the three projections that attention keeps in one matrix: queries, keys, values.</summary>
    public LinearWeights Projection(int part, int width)
    {
        float[] weight = Read("in_proj_weight", 3 * width, width), bias = Read("in_proj_bias", 3 * width);
        return engine.Prepare(new LinearLayout(width, width), weight.AsSpan(part * width * width, width * width), bias.AsSpan(part * width, width));
    }

    public NormWeights Norm(int channels) => new(engine.Upload(Read("weight", channels), channels), engine.Upload(Read("bias", channels), channels), 1e-5f);

    public Tensor Tensor(string name, params ReadOnlySpan<int> shape) => engine.Upload(Read(name, shape), shape);

    public float[] Read(string name, params ReadOnlySpan<int> shape) => file.Read(prefix + name, shape);
}
