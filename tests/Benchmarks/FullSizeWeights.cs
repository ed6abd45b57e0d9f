using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DgxMusic.Models.HTDemucs;

namespace DgxMusic.Benchmarks;

/// <summary>Safetensors files with every parameter of a published model, filled by the formula of tests/Models/Golden: the work is the same, the music is not.</summary>
static class FullSizeWeights
{
    public static HTDemucsConfig Published { get; } =
        new(["drums", "bass", "other", "vocals"], 44_100, 39.0 / 5.0, 2, 48, 2, 4, 4096, 8, 4, 1, 4, 2, 8, 512, 5, 8, 4, 10_000, 1, 0.2, 10);

    public static HTDemucsConfig SixSources { get; } = Published with { Sources = ["drums", "bass", "other", "vocals", "guitar", "piano"], BottomChannels = 0 };

    public static void Write(string path, HTDemucsConfig config) => Write(path, [.. TensorsOf(config)]);

    public static void Write(string path, IReadOnlyList<(string Name, int[] Shape)> tensors)
    {
        var header = new StringBuilder("{");
        long offset = 0;
        foreach ((string name, int[] shape) in tensors)
        {
            long end = offset + (4L * shape.Aggregate(1L, (product, size) => product * size));
            header.Append(CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{offset},{end}]}},");
            offset = end;
        }

        header[^1] = '}';
        while (header.Length % 8 != 0) header.Append(' ');
        using FileStream file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(Encoding.ASCII.GetBytes(header.ToString()));
        foreach ((string name, int[] shape) in tensors) file.Write(MemoryMarshal.AsBytes<float>(Fill(name, shape)));
    }

    /// <summary>Something to hear: two channels, one after the other.</summary>
    public static float[] Noise(int frames)
    {
        uint state = 1;
        return [.. Enumerable.Range(0, 2 * frames).Select(_ => 0.1f * ((int)(state = (state * 1_664_525) + 1_013_904_223) / 2_147_483_648f))];
    }

    static IEnumerable<(string Name, int[] Shape)> TensorsOf(HTDemucsConfig config)
    {
        for (int n = 0; n < config.Depth; n++)
        {
            foreach (bool isLine in (bool[])[false, true])
            {
                foreach ((string, int[]) tensor in Encoder(config, n, isLine).Concat(Decoder(config, n, isLine))) yield return tensor;
            }
        }

        yield return ("freq_emb.embedding.weight", [config.FftSize / 2 / config.Stride, config.Channels]);
        foreach ((string, int[]) tensor in Bottom(config)) yield return tensor;
    }

    static IEnumerable<(string, int[])> Encoder(HTDemucsConfig config, int n, bool isLine)
    {
        string name = $"{(isLine ? "t" : "")}encoder.{n}";
        int channels = config.ChannelsOf(n), inputs = n > 0 ? config.ChannelsOf(n - 1) : isLine ? 2 : 4;
        return [
            .. Layer($"{name}.conv", isLine ? [channels, inputs, 8] : [channels, inputs, 8, 1]),
            .. Layer($"{name}.rewrite", isLine ? [2 * channels, channels, 1] : [2 * channels, channels, 1, 1]), .. DConv(config, name, channels)];
    }

    static IEnumerable<(string, int[])> Decoder(HTDemucsConfig config, int n, bool isLine)
    {
        string name = $"{(isLine ? "t" : "")}decoder.{n}";
        int layer = config.Depth - 1 - n, channels = config.ChannelsOf(layer), outputs = layer > 0 ? config.ChannelsOf(layer - 1) : config.Sources.Count * (isLine ? 2 : 4);
        return [
            ($"{name}.conv_tr.weight", isLine ? [channels, outputs, 8] : [channels, outputs, 8, 1]), ($"{name}.conv_tr.bias", [outputs]),
            .. Layer($"{name}.rewrite", isLine ? [2 * channels, channels, 3] : [2 * channels, channels, 3, 3]), .. DConv(config, name, channels)];
    }

    static IEnumerable<(string, int[])> DConv(HTDemucsConfig config, string name, int channels)
    {
        int hidden = channels / config.DConvCompression;
        return Enumerable.Range(0, config.DConvDepth).Select(n => $"{name}.dconv.layers.{n}.").SelectMany(branch => (IEnumerable<(string, int[])>)
        [
            .. Layer(branch + "0", hidden, channels, 3), .. Layer(branch + "1", hidden), .. Layer(branch + "3", 2 * channels, hidden, 1), .. Layer(branch + "4", 2 * channels),
            (branch + "6.scale", [channels]),
        ]);
    }

    static IEnumerable<(string, int[])> Bottom(HTDemucsConfig config)
    {
        int inner = config.ChannelsOf(config.Depth - 1), width = config.TransformerWidth;
        foreach (string branch in (string[])["", "_t"])
        {
            if (config.BottomChannels > 0)
            {
                foreach ((string, int[]) tensor in Layer($"channel_upsampler{branch}", width, inner, 1).Concat(Layer($"channel_downsampler{branch}", inner, width, 1))) yield return tensor;
            }

            foreach ((string, int[]) tensor in Layer($"crosstransformer.norm_in{branch}", width)) yield return tensor;
            for (int n = 0; n < config.TransformerLayers; n++)
            {
                foreach ((string, int[]) tensor in TransformerLayer($"crosstransformer.layers{branch}.{n}.", width, n % 2 == 1)) yield return tensor;
            }
        }
    }

    static IEnumerable<(string, int[])> TransformerLayer(string name, int width, bool isCross)
    {
        string attention = name + (isCross ? "cross_attn" : "self_attn");
        string[] norms = isCross ? ["norm1", "norm2", "norm3", "norm_out"] : ["norm1", "norm2", "norm_out"];
        return [
            (attention + ".in_proj_weight", [3 * width, width]), (attention + ".in_proj_bias", [3 * width]), .. Layer(attention + ".out_proj", width, width),
            .. Layer(name + "linear1", 4 * width, width), .. Layer(name + "linear2", width, 4 * width), .. norms.SelectMany(norm => Layer(name + norm, width)),
            (name + "gamma_1.scale", [width]), (name + "gamma_2.scale", [width])];
    }

    static IEnumerable<(string, int[])> Layer(string name, params int[] shape) => [(name + ".weight", shape), (name + ".bias", [shape[0]])];

    static float[] Fill(string name, int[] shape)
    {
        (double scale, double offset) = ScaleOf(name, shape);
        ulong hash = Encoding.UTF8.GetBytes(name).Aggregate(0xcbf29ce484222325UL, (sum, letter) => unchecked((sum ^ letter) * 0x100000001b3));
        float[] values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++)
        {
            ulong z = unchecked(hash + ((ulong)(i + 1) * 0x9E3779B97F4A7C15));
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            values[i] = (float)(((((z ^ (z >> 31)) >> 40) / 16_777_216.0 * 2) - 1) * scale + offset);
        }

        return values;
    }

    static (double Scale, double Offset) ScaleOf(string name, int[] shape)
    {
        if (shape.Length == 1) return name.EndsWith(".scale", StringComparison.Ordinal) ? (0.05, 0.1) : name.EndsWith("weight", StringComparison.Ordinal) ? (0.1, 1) : (0.05, 0);
        double usual = Math.Sqrt(3.0 / shape.Skip(1).Aggregate(1L, (product, size) => product * size));
        return name.EndsWith("weight_g", StringComparison.Ordinal) ? (0.1, 1) : name.Contains("embed_tokens", StringComparison.Ordinal) ? (4, 0)
            : name.EndsWith("shared.weight", StringComparison.Ordinal) ? (1, 0) : name.EndsWith("SelfAttention.q.weight", StringComparison.Ordinal) ? (0.125 * usual, 0) : (usual, 0);
    }
}
