using DgxMusic.Models.MusicGen;

namespace DgxMusic.Models.Tests.MusicGen.Codec;

/// <summary>Names and shapes of a codec's tensors, of any sizes.</summary>
static class CodecTensors
{
    public static IEnumerable<(string Name, int[] Shape)> Of(CodecConfig config, int codebooks)
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
        tensors.AddRange(Enumerable.Range(0, codebooks).Select(book => ($"quantizer.layers.{book}.codebook.embed", (int[])[config.CodebookSize, config.Latent])));
        return tensors.Select(tensor => ($"audio_encoder.{tensor.Item1}", tensor.Item2));
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
}
