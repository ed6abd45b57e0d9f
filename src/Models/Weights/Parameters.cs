using DgxMusic.Tensors;

namespace DgxMusic.Models.Weights;

/// <summary>The parameters below a name of the checkpoint, read as an engine likes them.</summary>
sealed class Parameters
{
    readonly IEngine engine;
    readonly WeightFile file;
    readonly string prefix;
    readonly Page page;

    public Parameters(IEngine engine, WeightFile file)
        : this(engine, file, "", new())
    {
    }

    Parameters(IEngine engine, WeightFile file, string prefix, Page page) => (this.engine, this.file, this.prefix, this.page) = (engine, file, prefix, page);

    public IEngine Engine => engine;

    public WeightFile File => file;

    public Parameters this[string name] => new(engine, file, $"{prefix}{name}.", page);

    public Parameters this[int index] => this[index.ToString(System.Globalization.CultureInfo.InvariantCulture)];

    public ConvWeights Conv(ConvLayout layout, bool isLine) => engine.Prepare(
        layout,
        isLine ? ReadOnce("weight", layout.Outputs, layout.Inputs, layout.Kernel.Width) : ReadOnce("weight", layout.Outputs, layout.Inputs, layout.Kernel.Height, layout.Kernel.Width),
        Read("bias", layout.Outputs));

    public TransposedConvWeights ConvTranspose(TransposedConvLayout layout, bool isLine) => engine.Prepare(
        layout,
        isLine ? ReadOnce("weight", layout.Inputs, layout.Outputs, layout.Kernel) : ReadOnce("weight", layout.Inputs, layout.Outputs, layout.Kernel, 1),
        Read("bias", layout.Outputs));

    public LinearWeights Linear(int inputs, int outputs) => engine.Prepare(new LinearLayout(inputs, outputs), ReadOnce("weight", outputs, inputs), Read("bias", outputs));

    /// <summary>A linear layer that has no bias.</summary>
    public LinearWeights Matrix(int inputs, int outputs, WeightStorage storage = WeightStorage.Float32) =>
        engine.Prepare(new LinearLayout(inputs, outputs), ReadOnce("weight", outputs, inputs), storage: storage);

    /// <summary>Linear layers without biases that take the same inputs, as one layer with the outputs of all; each is read by its own name.</summary>
    public LinearWeights Matrices(int inputs, int outputs, WeightStorage storage, params ReadOnlySpan<string> names)
    {
        int part = checked(inputs * outputs);
        Span<float> weight = page.Room(checked(part * names.Length));
        for (int n = 0; n < names.Length; n++) file.Read($"{prefix}{names[n]}.weight", [outputs, inputs], weight.Slice(n * part, part));
        return engine.Prepare(new LinearLayout(inputs, outputs * names.Length), weight, storage: storage);
    }

    /// <summary>Whether the checkpoint has a parameter of that name here.</summary>
    public bool Has(string name) => file.Tensors.ContainsKey(prefix + name);

    /// <summary>One of the three projections that attention keeps in one matrix: queries, keys, values.</summary>
    public LinearWeights Projection(int part, int width)
    {
        ReadOnlySpan<float> weight = ReadOnce("in_proj_weight", 3 * width, width), bias = Read("in_proj_bias", 3 * width);
        return engine.Prepare(new LinearLayout(width, width), weight.Slice(part * width * width, width * width), bias.Slice(part * width, width));
    }

    public NormWeights Norm(int channels) => new(engine.Upload(Read("weight", channels), channels), engine.Upload(Read("bias", channels), channels), 1e-5f);

    public NormWeights RmsNorm(int channels, float epsilon) => new(engine.Upload(Read("weight", channels), channels), null, epsilon);

    public Tensor Tensor(string name, params ReadOnlySpan<int> shape) => engine.Upload(Read(name, shape), shape);

    public float[] Read(string name, params ReadOnlySpan<int> shape) => file.Read(prefix + name, shape);

    /// <summary>A tensor that stays where it is; good as long as its file is open.</summary>
    public WeightTensor Find(string name, params ReadOnlySpan<int> shape) => file.Find(prefix + name, shape);

    /// <summary>A large tensor that its engine copies at once: all share the memory it is read into, which is good until the next.</summary>
    ReadOnlySpan<float> ReadOnce(string name, params ReadOnlySpan<int> shape)
    {
        int length = 1;
        foreach (int size in shape) length = checked(length * size);
        Span<float> values = page.Room(length);
        file.Read(prefix + name, shape, values);
        return values;
    }

    sealed class Page
    {
        float[] values = [];

        public Span<float> Room(int length)
        {
            if (values.Length < length) values = new float[length];
            return values.AsSpan(0, length);
        }
    }
}
