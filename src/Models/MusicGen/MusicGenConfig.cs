using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.MusicGen;

/// <summary>The sizes of one MusicGen, as the <c>config.json</c> beside its weights says them. Whatever else that file can say has one value in all published models, and any other is refused.</summary>
public sealed record MusicGenConfig(TextConfig Text, LanguageModelConfig Language, CodecConfig Codec)
{
    const long MostBytes = 1_000_000;

    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/> or <see cref="Problem.WeightsMismatch"/>.</exception>
    public static MusicGenConfig Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MostBytes) throw WeightFault.Unreadable(path, $"its {stream.Length} bytes are more than a configuration has");
            using JsonDocument json = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = 16 });
            return From(new ConfigSection(path, "", json.RootElement));
        }
        catch (JsonException)
        {
            throw WeightFault.Unreadable(path, "it is not JSON");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw WeightFault.Unreadable(path, fault is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : fault.Message.TrimEnd('.'));
        }
    }

    /// <summary>What the shapes of a weight file say where no configuration lies beside it; what no shape tells is taken to be that of the published models.</summary>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsMismatch"/>: these are weights of something else.</exception>
    public static MusicGenConfig Of(WeightFile weights)
    {
        var shapes = new CheckpointShapes(weights);
        var config = new MusicGenConfig(TextConfig.Of(shapes), LanguageModelConfig.Of(shapes), CodecConfig.Of(shapes));
        config.Check(weights.Path);
        return config;
    }

    static MusicGenConfig From(ConfigSection root)
    {
        if (root.Text("model_type", "musicgen") is not "musicgen" and var other) throw root.Unfit($"it describes a model of the kind '{other}'");
        var config = new MusicGenConfig(TextConfig.From(root["text_encoder"]), LanguageModelConfig.From(root["decoder"]), CodecConfig.From(root["audio_encoder"]));
        config.Check(root.Path);
        return config;
    }

    void Check(string path)
    {
        Text.Check(path);
        Language.Check(path);
        Codec.Check(path);
        if (Language.Codes != Codec.CodebookSize)
            throw WeightFault.Mismatch(path, $"its language model speaks {Language.Codes} codes, its codec {Codec.CodebookSize}");
        if (Language.AudioChannels != 1 && Language.Codebooks % Language.AudioChannels != 0)
            throw WeightFault.Mismatch(path, $"{Language.Codebooks} codebooks cannot be shared by {Language.AudioChannels} channels");
    }
}

/// <summary>T5 encoder.</summary>
/// <param name="Vocabulary">Rows of its embedding; the tokenizer may know fewer pieces.</param>
/// <param name="Buckets">Of relative positions, both directions together.</param>
/// <param name="MaxDistance">Tokens farther apart share the last bucket.</param>
/// <param name="PadToken">Also what an empty prompt is made of.</param>
public sealed record TextConfig(int Vocabulary, int Width, int HeadSize, int Heads, int Hidden, int Layers, int Buckets, int MaxDistance, float Epsilon, int EndToken, int PadToken)
{
    internal static TextConfig From(ConfigSection section)
    {
        section.Require("model_type", "t5");
        section.Require("feed_forward_proj", "relu");
        return new(
            section.Integer("vocab_size", 32_128), section.Integer("d_model", 512), section.Integer("d_kv", 64), section.Integer("num_heads", 8), section.Integer("d_ff", 2048),
            section.Integer("num_layers", 6), section.Integer("relative_attention_num_buckets", 32), section.Integer("relative_attention_max_distance", 128),
            (float)section.Number("layer_norm_epsilon", 1e-6), section.Integer("eos_token_id", 1), section.Integer("pad_token_id", 0));
    }

    internal static TextConfig Of(CheckpointShapes shapes)
    {
        const string block = "text_encoder.encoder.block";
        int inner = shapes.Size($"{block}.0.layer.0.SelfAttention.q.weight", 0), heads = shapes.Size($"{block}.0.layer.0.SelfAttention.relative_attention_bias.weight", 1);
        string table = shapes.Has("text_encoder.shared.weight") ? "text_encoder.shared.weight" : "text_encoder.encoder.embed_tokens.weight";
        return new(
            shapes.Size(table, 0), shapes.Size(table, 1), inner / Math.Max(1, heads), heads, shapes.Size($"{block}.0.layer.1.DenseReluDense.wi.weight", 0),
            shapes.Count(n => $"{block}.{n}.layer.0.SelfAttention.q.weight"), shapes.Size($"{block}.0.layer.0.SelfAttention.relative_attention_bias.weight", 0), 128, 1e-6f, 1, 0);
    }

    internal void Check(string path)
    {
        bool isSane = Vocabulary is >= 2 and <= 1_000_000 && Width is >= 1 and <= 16_384 && HeadSize is >= 1 and <= 1024 && Heads is >= 1 and <= 256 && Hidden is >= 1 and <= 65_536
            && Layers is >= 1 and <= 96 && Buckets is >= 4 and <= 1024 && Buckets % 2 == 0 && MaxDistance > Buckets / 4 && MaxDistance <= 65_536 && Epsilon is > 0 and < 1
            && EndToken >= 0 && EndToken < Vocabulary && PadToken >= 0 && PadToken < Vocabulary;
        if (!isSane) throw WeightFault.Mismatch(path, "its text encoder has sizes that no published model has");
    }
}

/// <summary>The transformer that writes codes.</summary>
/// <param name="Codes">Of each codebook; the embedding has one row more, which stands for no code yet.</param>
/// <param name="AudioChannels">2: its codebooks belong to left and right in turn.</param>
public sealed record LanguageModelConfig(int Hidden, int Layers, int Heads, int FeedForward, int Codebooks, int Codes, int MaxPositions, int AudioChannels)
{
    /// <summary>Stands where no code is: before the first, after the last, and where the delay pattern leaves a gap.</summary>
    public int PadToken => Codes;

    internal static LanguageModelConfig From(ConfigSection section)
    {
        section.Require("activation_function", "gelu");
        section.Require("scale_embedding", false);
        var config = new LanguageModelConfig(
            section.Integer("hidden_size", 1024), section.Integer("num_hidden_layers", 24), section.Integer("num_attention_heads", 16), section.Integer("ffn_dim", 4096),
            section.Integer("num_codebooks", 4), section.Integer("vocab_size", 2048), section.Integer("max_position_embeddings", 2048), section.Integer("audio_channels", 1));
        if (section.Integer("pad_token_id", config.PadToken) != config.PadToken) throw section.Unfit("its language model pads with a token that is none of the codec's");
        return config;
    }

    internal static LanguageModelConfig Of(CheckpointShapes shapes)
    {
        const string decoder = "decoder.model.decoder";
        int hidden = shapes.Size($"{decoder}.embed_tokens.0.weight", 1), codebooks = shapes.Count(n => $"{decoder}.embed_tokens.{n}.weight");
        return new(
            hidden, shapes.Count(n => $"{decoder}.layers.{n}.fc1.weight"), Math.Max(1, hidden / 64), shapes.Size($"{decoder}.layers.0.fc1.weight", 0), codebooks,
            shapes.Size($"{decoder}.embed_tokens.0.weight", 0) - 1, 2048, codebooks == 8 ? 2 : 1);
    }

    internal void Check(string path)
    {
        bool isSane = Hidden is >= 4 and <= 16_384 && Hidden % 2 == 0 && Layers is >= 1 and <= 256 && Heads is >= 1 and <= 256 && Hidden % Heads == 0 && FeedForward is >= 1 and <= 65_536
            && Codebooks is >= 1 and <= 32 && Codes is >= 2 and <= 32_768 && MaxPositions is >= 1 and <= 65_536 && AudioChannels is 1 or 2;
        if (!isSane) throw WeightFault.Mismatch(path, "its language model has sizes that no published model has");
    }
}

/// <summary>EnCodec.</summary>
/// <param name="Ratios">Of the decoder's upsampling, first to last; their product is the samples of a frame.</param>
/// <param name="Latent">Channels between encoder and decoder.</param>
public sealed record CodecConfig(
    int SampleRateHz, int AudioChannels, int Filters, IReadOnlyList<int> Ratios, int Latent, int Kernel, int LastKernel, int ResidualKernel, int ResidualLayers, int DilationGrowth,
    int Compression, int LstmLayers, int CodebookSize, bool ReflectsAtEnds)
{
    /// <summary>Samples of a frame.</summary>
    public int Hop => Ratios.Aggregate(1, (product, ratio) => product * ratio);

    public double FramesPerSecond => (double)SampleRateHz / Hop;

    internal static CodecConfig From(ConfigSection section)
    {
        section.Require("model_type", "encodec");
        section.Require("norm_type", "weight_norm");
        section.Require("use_causal_conv", false);
        section.Require("use_conv_shortcut", false);
        section.Require("normalize", false);
        int latent = section.Integer("hidden_size", 128);
        if (section.Integer("codebook_dim", latent) != latent) throw section.Unfit("its codebooks are not as wide as its latent");
        string padding = section.Text("pad_mode", "reflect");
        if (padding is not ("reflect" or "constant")) throw section.Unfit($"its codec pads in the manner '{padding}'");
        return new(
            section.Integer("sampling_rate", 32_000), section.Integer("audio_channels", 1), section.Integer("num_filters", 64), section.Integers("upsampling_ratios"), latent,
            section.Integer("kernel_size", 7), section.Integer("last_kernel_size", 7), section.Integer("residual_kernel_size", 3), section.Integer("num_residual_layers", 1),
            section.Integer("dilation_growth_rate", 2), section.Integer("compress", 2), section.Integer("num_lstm_layers", 2), section.Integer("codebook_size", 2048), padding == "reflect");
    }

    internal static CodecConfig Of(CheckpointShapes shapes)
    {
        const string decoder = "audio_encoder.decoder.layers";
        // Layer 0 is a convolution, 1 the memory, then in turn ELU, an upsampling twice as wide as its ratio and to half as many channels, and its residual block.
        int[][] upward = [.. Enumerable.Range(0, 8).Select(n => shapes.WeightOf($"{decoder}.{3 + (3 * n)}.conv")).TakeWhile(shape => shape is [var from, var to, > 1] && from == 2 * to).Select(shape => shape!)];
        int[]? first = shapes.WeightOf("audio_encoder.encoder.layers.0.conv"), last = shapes.WeightOf($"{decoder}.{3 + (3 * upward.Length)}.conv");
        int[]? bottom = shapes.WeightOf($"{decoder}.0.conv"), residual = shapes.WeightOf("audio_encoder.encoder.layers.1.block.1.conv");
        if (first is null || last is null || bottom is null || residual is null) throw shapes.Foreign("audio_encoder.encoder.layers.0.conv");
        return new(
            32_000, first[1], first[0], [.. upward.Select(shape => shape[2] / 2)], bottom[1], first[2], last[2], residual[2], 1, 2, Math.Max(1, first[0] / Math.Max(1, residual[0])), 2,
            shapes.Size("audio_encoder.quantizer.layers.0.codebook.embed", 0), ReflectsAtEnds: true);
    }

    internal void Check(string path)
    {
        bool isSane = SampleRateHz is >= 8_000 and <= 192_000 && AudioChannels is 1 or 2 && Filters is >= 1 and <= 512 && Ratios.Count is >= 1 and <= 8 && Ratios.All(ratio => ratio is >= 1 and <= 32)
            && Hop <= 65_536 && Latent is >= 1 and <= 4096 && Kernel is >= 1 and <= 63 && LastKernel is >= 1 and <= 63 && ResidualKernel is >= 1 and <= 63 && ResidualLayers is >= 1 and <= 8
            && DilationGrowth is >= 1 and <= 8 && Compression is >= 1 and <= 64 && Filters % Compression == 0 && LstmLayers is >= 1 and <= 8 && CodebookSize is >= 2 and <= 65_536
            && (long)Filters << Ratios.Count <= 65_536;
        if (!isSane) throw WeightFault.Mismatch(path, "its codec has sizes that no published model has");
    }
}
