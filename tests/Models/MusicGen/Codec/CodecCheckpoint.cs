using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.Weights;

namespace DgxMusic.Models.Tests.MusicGen.Codec;

/// <summary>Weight files of codecs that nobody published.</summary>
static class CodecCheckpoint
{
    const string Codec = "audio_encoder.";

    /// <summary>The recorded codec, each tensor as it is or changed; null leaves it out.</summary>
    public static string Changed(TemporaryFolder folder, Func<string, WeightTensor, (string Name, int[] Shape, float[] Values)?> change)
    {
        using WeightFile recorded = WeightFile.Open(GoldenFiles.Path("musicgen_small", "model.safetensors"));
        return Write(folder, recorded.Tensors.Where(tensor => tensor.Key.StartsWith(Codec, StringComparison.Ordinal)).Select(tensor => change(tensor.Key, tensor.Value)).OfType<(string, int[], float[])>());
    }

    public static float[] Values(WeightTensor tensor)
    {
        float[] values = new float[tensor.Count];
        tensor.Read(values);
        return values;
    }

    /// <summary>A codec of any sizes, filled by the formula of the recorded one.</summary>
    public static string Filled(TemporaryFolder folder, CodecConfig config, int codebooks) =>
        Write(folder, TensorsOf(config, codebooks).Select(tensor => (Codec + tensor.Name, tensor.Shape, GoldenFormula.Fill(Codec + tensor.Name, tensor.Shape))));

    static IEnumerable<(string Name, int[] Shape)> TensorsOf(CodecConfig config, int codebooks)
    {
        (int n, int channels, int inner) = (0, config.Filters, config.Filters << config.Ratios.Count);
        List<(string, int[])> tensors = [.. Conv($"encoder.layers.{n++}", channels, config.AudioChannels, config.Kernel)];
        foreach (int ratio in config.Ratios.Reverse())
        {
            for (int r = 0; r < config.ResidualLayers; r++) tensors.AddRange(Residual($"encoder.layers.{n++}", config, channels));
            tensors.AddRange(Conv($"encoder.layers.{++n}", 2 * channels, channels, 2 * ratio));
            (n, channels) = (n + 1, 2 * channels);
        }

        tensors.AddRange([.. Lstm($"encoder.layers.{n}", config, inner), .. Conv($"encoder.layers.{n + 2}", config.Latent, inner, config.LastKernel)]);
        tensors.AddRange([.. Conv("decoder.layers.0", inner, config.Latent, config.Kernel), .. Lstm("decoder.layers.1", config, inner)]);
        n = 2;
        foreach (int ratio in config.Ratios)
        {
            tensors.AddRange(Conv($"decoder.layers.{++n}", channels, channels / 2, 2 * ratio, biases: channels / 2));
            (n, channels) = (n + 1, channels / 2);
            for (int r = 0; r < config.ResidualLayers; r++) tensors.AddRange(Residual($"decoder.layers.{n++}", config, channels));
        }

        tensors.AddRange(Conv($"decoder.layers.{n + 1}", config.AudioChannels, channels, config.LastKernel));
        return [.. tensors, .. Enumerable.Range(0, codebooks).Select(book => ($"quantizer.layers.{book}.codebook.embed", (int[])[config.CodebookSize, config.Latent]))];
    }

    static IEnumerable<(string, int[])> Residual(string name, CodecConfig config, int channels) =>
        [.. Conv($"{name}.block.1", channels / config.Compression, channels, config.ResidualKernel), .. Conv($"{name}.block.3", channels, channels / config.Compression, 1)];

    static IEnumerable<(string, int[])> Conv(string name, int first, int second, int kernel, int? biases = null) =>
        [($"{name}.conv.weight_g", [first, 1, 1]), ($"{name}.conv.weight_v", [first, second, kernel]), ($"{name}.conv.bias", [biases ?? first])];

    static IEnumerable<(string, int[])> Lstm(string name, CodecConfig config, int width) => Enumerable.Range(0, config.LstmLayers).SelectMany(layer => (IEnumerable<(string, int[])>)
    [
        ($"{name}.lstm.weight_ih_l{layer}", [4 * width, width]), ($"{name}.lstm.weight_hh_l{layer}", [4 * width, width]),
        ($"{name}.lstm.bias_ih_l{layer}", [4 * width]), ($"{name}.lstm.bias_hh_l{layer}", [4 * width]),
    ]);

    static string Write(TemporaryFolder folder, IEnumerable<(string Name, int[] Shape, float[] Values)> tensors)
    {
        var header = new StringBuilder("{");
        using var body = new MemoryStream();
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            long start = body.Length;
            body.Write(MemoryMarshal.AsBytes<float>(values));
            header.Append(CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{start},{body.Length}]}},");
        }

        header[^1] = '}';
        byte[] json = Encoding.ASCII.GetBytes(header.ToString());
        return folder.Write($"{Guid.NewGuid():N}.safetensors", [.. BitConverter.GetBytes((long)json.Length), .. json, .. body.ToArray()]);
    }
}
