using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.HTDemucs;

/// <summary>The sizes of one Hybrid Transformer Demucs. Whatever else its package can say has one value in all published models, and any other is refused.</summary>
/// <param name="Sources">What it takes a track apart into, in the order of its output.</param>
/// <param name="SegmentSeconds">The one length it was trained on, as a fraction; whatever is shorter is padded to it.</param>
/// <param name="Channels">Of the first encoder; each further one has <paramref name="Growth"/> times as many.</param>
/// <param name="BottomChannels">Of the transformer; 0: as many as the last encoder has.</param>
public sealed record HTDemucsConfig(
    IReadOnlyList<string> Sources,
    int SampleRateHz,
    double SegmentSeconds,
    int AudioChannels,
    int Channels,
    int Growth,
    int Depth,
    int FftSize,
    int Kernel,
    int Stride,
    int Context,
    int NormStarts,
    int DConvDepth,
    int DConvCompression,
    int BottomChannels,
    int TransformerLayers,
    int TransformerHeads,
    double TransformerHiddenScale,
    double MaxPeriod,
    double PositionWeight,
    double FrequencyEmbedding,
    double EmbeddingScale)
{
    const int LongestSource = 64;

    public int SegmentFrames => (int)(SegmentSeconds * SampleRateHz);

    public int Hop => FftSize / 4;

    /// <summary>Channels of encoder <paramref name="layer"/>.</summary>
    public int ChannelsOf(int layer) => (int)(Channels * Math.Pow(Growth, layer));

    public int TransformerWidth => BottomChannels > 0 ? BottomChannels : ChannelsOf(Depth - 1);

    /// <summary>What the transformer sees of a segment: rows and frames of the spectral branch, samples of the time branch.</summary>
    public (int Rows, int Frames, int Samples) Bottom
    {
        get
        {
            (int rows, int samples) = (FftSize / 2, SegmentFrames);
            for (int n = 0; n < Depth; n++) (rows, samples) = (rows / Stride, (samples + Stride - 1) / Stride);
            return (rows, (SegmentFrames + Hop - 1) / Hop, samples);
        }
    }

    /// <summary>What a package says of its model.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsMismatch"/>: an argument is missing, or a variant that was never published.</exception>
    public static HTDemucsConfig From(ModelArguments arguments, string path)
    {
        RequireUsual(arguments, path);
        var config = new HTDemucsConfig(
            arguments.Texts("sources"),
            arguments.Integer("samplerate", 44_100),
            arguments.Number("segment", 10),
            arguments.Integer("audio_channels", 2),
            arguments.Integer("channels", 48),
            arguments.Integer("growth", 2),
            arguments.Integer("depth", 4),
            arguments.Integer("nfft", 4096),
            arguments.Integer("kernel_size", 8),
            arguments.Integer("stride", 4),
            arguments.Integer("context", 1),
            arguments.Integer("norm_starts", 4),
            arguments.Integer("dconv_depth", 2),
            arguments.Integer("dconv_comp", 8),
            arguments.Integer("bottom_channels", 0),
            arguments.Integer("t_layers", 5),
            arguments.Integer("t_heads", 8),
            arguments.Number("t_hidden_scale", 4),
            arguments.Number("t_max_period", 10_000),
            arguments.Number("t_weight_pos_embed", 1),
            arguments.Number("freq_emb", 0.2),
            arguments.Number("emb_scale", 10));
        config.Check(path);
        return config;
    }

    /// <summary>
    /// What a weight file says of its model. Files that hold nothing but tensors tell their sizes by the shapes; what no shape tells, heads and segment and the names of the
    /// sources, is taken to be that of the published models.
    /// </summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsMismatch"/>: this is another architecture.</exception>
    public static HTDemucsConfig Of(WeightFile weights)
    {
        if (weights.Package is { } package)
        {
            return package.ClassName.EndsWith(".HTDemucs", StringComparison.Ordinal) ? From(package.Arguments, weights.Path)
                : throw WeightFault.Mismatch(weights.Path, $"it holds a {package.ClassName}, not an HTDemucs");
        }

        return FromShapes(weights);
    }

    internal static HTDemucsConfig FromShapes(WeightFile weights)
    {
        int Size(string name, int axis) => weights.Tensors.TryGetValue(name, out WeightTensor? tensor) && axis < tensor.Shape.Count ? tensor.Shape[axis]
            : throw WeightFault.Mismatch(weights.Path, $"it has no tensor '{name}', which every HTDemucs has");
        int depth = Enumerable.Range(0, 6).Count(n => weights.Tensors.ContainsKey($"encoder.{n}.conv.weight"));
        int channels = Size("encoder.0.conv.weight", 0), stride = 4;
        int sources = Size($"tdecoder.{Math.Max(0, depth - 1)}.conv_tr.weight", 1) / 2;
        bool hasBottom = weights.Tensors.ContainsKey("channel_upsampler.weight");
        var config = new HTDemucsConfig(
            sources == 6 ? ["drums", "bass", "other", "vocals", "guitar", "piano"] : sources == 4 ? ["drums", "bass", "other", "vocals"] : [.. Enumerable.Range(1, sources).Select(n => $"source{n}")],
            44_100, 39.0 / 5.0, 2, channels, 2, depth, Size("freq_emb.embedding.weight", 0) * 2 * stride, Size("encoder.0.conv.weight", 2), stride,
            (Size("decoder.0.rewrite.weight", 2) - 1) / 2, depth, Enumerable.Range(0, 4).Count(n => weights.Tensors.ContainsKey($"encoder.0.dconv.layers.{n}.0.weight")),
            channels / Size("encoder.0.dconv.layers.0.0.weight", 0), hasBottom ? Size("channel_upsampler.weight", 0) : 0,
            Enumerable.Range(0, 24).Count(n => weights.Tensors.ContainsKey($"crosstransformer.layers.{n}.linear1.weight")), 8,
            (double)Size("crosstransformer.layers.0.linear1.weight", 0) / Size("crosstransformer.layers.0.linear1.weight", 1), 10_000, 1, 0.2, 10);
        config.Check(weights.Path);
        return config;
    }

    static void RequireUsual(ModelArguments arguments, string path)
    {
        bool isUsual = arguments.Flag("cac", true) && arguments.Flag("rewrite", true) && arguments.Integer("wiener_iters", 0) == 0 && arguments.Integer("context_enc", 0) == 0
            && arguments.Integer("dconv_mode", 3) == 3 && arguments.Text("t_emb", "sin") == "sin" && arguments.Flag("t_norm_in", true) && !arguments.Flag("t_norm_in_group", false)
            && !arguments.Flag("t_group_norm", false) && arguments.Flag("t_norm_first", true) && arguments.Flag("t_norm_out", true) && arguments.Flag("t_layer_scale", true)
            && arguments.Flag("t_gelu", true) && !arguments.Flag("t_cross_first", false) && !arguments.Flag("t_sparse_self_attn", false) && !arguments.Flag("t_sparse_cross_attn", false)
            && arguments.Values.GetValueOrDefault("channels_time") is null && arguments.Values.GetValueOrDefault("multi_freqs") is null or IReadOnlyList<object?> { Count: 0 };
        if (!isUsual) throw WeightFault.Mismatch(path, "its arguments ask for a variant of Hybrid Transformer Demucs that was never published");
    }

    /// <summary>Sizes beyond these are of no model anybody trained; they would only fill the memory.</summary>
    void Check(string path)
    {
        bool isSane = Sources.Count is >= 1 and <= 32 && SampleRateHz is >= 8_000 and <= 192_000 && SegmentSeconds is > 0.5 and <= 60 && AudioChannels is 1 or 2
            && Channels is >= 1 and <= 256 && Growth is >= 1 and <= 4 && Depth is >= 1 and <= 6 && FftSize is >= 256 and <= 16_384 && int.IsPow2(FftSize)
            && Stride >= 2 && Kernel >= Stride && Kernel <= 16 && Context is >= 0 and <= 4 && NormStarts >= Depth && DConvDepth is >= 1 and <= 4 && DConvCompression is >= 1 and <= 64
            && BottomChannels is >= 0 and <= 4096 && TransformerLayers is >= 1 and <= 24 && TransformerHeads >= 1 && TransformerWidth % TransformerHeads == 0
            && TransformerHiddenScale is >= 1 and <= 8 && MaxPeriod > 1 && FftSize / 2 / Math.Pow(Stride, Depth) > 1 && FftSize / 2 / Math.Pow(Stride, Depth - 1) > Kernel;
        if (!isSane) throw WeightFault.Mismatch(path, "its arguments have sizes that no published model has");
        // They become names of files and of tracks beside others.
        string[] taken = ["all", "instrumental", "original", "residual"];
        if (Sources.FirstOrDefault(source => !UserNames.IsOne(source, LongestSource) || taken.Contains(source, StringComparer.OrdinalIgnoreCase)) is { } odd)
            throw WeightFault.Mismatch(path, $"its source '{odd}' has a name that no track can have");
        if (Sources.Distinct(StringComparer.OrdinalIgnoreCase).Count() < Sources.Count) throw WeightFault.Mismatch(path, "two of its sources have one name");
    }
}
