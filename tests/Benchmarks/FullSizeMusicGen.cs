using System.Text.Json;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Tests.MusicGen.Codec;

namespace DgxMusic.Benchmarks;

/// <summary>A folder like that of musicgen-small: weights by the formula, its sizes, and a tokenizer of as many pieces, which are letters and pairs of letters.</summary>
static class FullSizeMusicGen
{
    public static MusicGenConfig Small { get; } = new(
        new TextConfig(32_128, 768, 64, 12, 3072, 12, 32, 128, 1e-6f, 1, 0),
        new LanguageModelConfig(1024, 24, 16, 4096, 4, 2048, 2048, 1),
        new CodecConfig(32_000, 1, 64, [8, 5, 4, 4], 128, 7, 7, 3, 1, 2, 2, 2, 2048, ReflectsAtEnds: true));

    public static string WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        string weights = Path.Combine(folder, "model.safetensors");
        if (!File.Exists(weights))
        {
            FullSizeWeights.Write(weights + ".part", [.. TensorsOf(Small)]);
            File.Move(weights + ".part", weights);
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), ConfigOf(Small));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer());
        return folder;
    }

    public static IEnumerable<(string Name, int[] Shape)> TensorsOf(MusicGenConfig config) =>
        [.. Text(config.Text), .. Language(config.Language, config.Text.Width), .. CodecTensors.Of(config.Codec, config.Language.Codebooks / config.Language.AudioChannels)];

    public static IEnumerable<(string, int[])> Text(TextConfig config)
    {
        int inner = config.Heads * config.HeadSize;
        yield return ("text_encoder.shared.weight", [config.Vocabulary, config.Width]);
        for (int n = 0; n < config.Layers; n++)
        {
            string layer = $"text_encoder.encoder.block.{n}.layer";
            foreach (string part in (string[])["q", "k", "v"]) yield return ($"{layer}.0.SelfAttention.{part}.weight", [inner, config.Width]);
            yield return ($"{layer}.0.SelfAttention.o.weight", [config.Width, inner]);
            if (n == 0) yield return ($"{layer}.0.SelfAttention.relative_attention_bias.weight", [config.Buckets, config.Heads]);
            yield return ($"{layer}.0.layer_norm.weight", [config.Width]);
            yield return ($"{layer}.1.DenseReluDense.wi.weight", [config.Hidden, config.Width]);
            yield return ($"{layer}.1.DenseReluDense.wo.weight", [config.Width, config.Hidden]);
            yield return ($"{layer}.1.layer_norm.weight", [config.Width]);
        }

        yield return ("text_encoder.encoder.final_layer_norm.weight", [config.Width]);
    }

    public static IEnumerable<(string, int[])> Language(LanguageModelConfig config, int textWidth)
    {
        int width = config.Hidden;
        yield return ("enc_to_dec_proj.weight", [width, textWidth]);
        yield return ("enc_to_dec_proj.bias", [width]);
        for (int n = 0; n < config.Codebooks; n++)
        {
            yield return ($"decoder.model.decoder.embed_tokens.{n}.weight", [config.Codes + 1, width]);
            yield return ($"decoder.lm_heads.{n}.weight", [config.Codes, width]);
        }

        for (int n = 0; n < config.Layers; n++)
        {
            string layer = $"decoder.model.decoder.layers.{n}";
            foreach (string attention in (string[])["self_attn", "encoder_attn"])
            {
                foreach (string part in (string[])["q", "k", "v", "out"]) yield return ($"{layer}.{attention}.{part}_proj.weight", [width, width]);
                foreach ((string, int[]) tensor in Both($"{layer}.{attention}_layer_norm", width)) yield return tensor;
            }

            yield return ($"{layer}.fc1.weight", [config.FeedForward, width]);
            yield return ($"{layer}.fc2.weight", [width, config.FeedForward]);
            foreach ((string, int[]) tensor in Both($"{layer}.final_layer_norm", width)) yield return tensor;
        }

        foreach ((string, int[]) tensor in Both("decoder.model.decoder.layer_norm", width)) yield return tensor;
    }

    static IEnumerable<(string, int[])> Both(string norm, int width) => [($"{norm}.weight", [width]), ($"{norm}.bias", [width])];

    static string ConfigOf(MusicGenConfig config) => JsonSerializer.Serialize(new
    {
        model_type = "musicgen",
        text_encoder = new { model_type = "t5", d_model = config.Text.Width, d_kv = config.Text.HeadSize, d_ff = config.Text.Hidden, num_layers = config.Text.Layers, num_heads = config.Text.Heads, vocab_size = config.Text.Vocabulary },
        decoder = new { hidden_size = config.Language.Hidden, num_hidden_layers = config.Language.Layers, num_attention_heads = config.Language.Heads, ffn_dim = config.Language.FeedForward, num_codebooks = config.Language.Codebooks, vocab_size = config.Language.Codes },
        audio_encoder = new { model_type = "encodec", upsampling_ratios = config.Codec.Ratios, num_filters = config.Codec.Filters, hidden_size = config.Codec.Latent, codebook_size = config.Codec.CodebookSize, sampling_rate = config.Codec.SampleRateHz },
    });

    /// <summary>A unigram model over letters, the shorter pieces the less likely.</summary>
    static string Tokenizer()
    {
        const string letters = "▁abcdefghijklmnopqrstuvwxyz0123456789.,'-!?";
        IEnumerable<string> pieces = letters.Select(letter => $"{letter}");
        for (int length = 2; length <= 3; length++) pieces = pieces.Concat(Words(letters, length));
        object[][] vocabulary = [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], .. pieces.Take(32_000).Select(piece => new object[] { piece, -12.0 + piece.Length })];
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = new[] { "<pad>", "</s>", "<unk>" }.Select((content, id) => new { id, content, special = true }),
            pre_tokenizer = new { type = "Metaspace", replacement = "▁", add_prefix_space = true },
            model = new { type = "Unigram", unk_id = 2, vocab = vocabulary },
        });
    }

    static IEnumerable<string> Words(string letters, int length) =>
        length == 0 ? [""] : letters.SelectMany(first => Words(letters, length - 1).Select(rest => first + rest));
}
