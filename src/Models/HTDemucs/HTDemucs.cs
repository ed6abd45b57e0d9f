using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.HTDemucs;

// Hybrid Transformer Demucs. Rouard, Massa, Défossez, arXiv:2211.08553, Fig. 1.
//   mix ─┬─ STFT ── encoder ×4 ──┐                      ┌── decoder ×4 ── iSTFT ─┐
//        │                       ├── crosstransformer ──┤                        + ── stems
//        └──────── tencoder ×4 ──┘                      └── tdecoder ×4 ─────────┘
// B batch · S sources · L frames · T samples.  x: spectral branch, xt: time branch. Shapes are those of the published `htdemucs`.

/// <summary>Takes a stereo segment apart into its sources.</summary>
public sealed class HTDemucs
{
    // Added to a deviation before dividing by it.
    const float Epsilon = 1e-5f;

    readonly IEngine engine;
    readonly Spectrogram spectrogram;
    readonly EncoderLayer[] encoder, tencoder;
    readonly DecoderLayer[] decoder, tdecoder;
    readonly ConvWeights? channelUpsampler, channelDownsampler, channelUpsamplerT, channelDownsamplerT;
    readonly CrossTransformer crosstransformer;
    readonly Tensor freqEmb;

    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsMismatch"/>: a parameter is missing or has another shape.</exception>
    public HTDemucs(IEngine engine, HTDemucsConfig config, WeightFile weights)
    {
        (this.engine, Config) = (engine, config);
        spectrogram = new(engine, config.FftSize);
        var parameters = new Parameters(engine, weights);
        encoder = [.. Layers(config).Select(n => new EncoderLayer(parameters["encoder"][n], config, n == 0 ? 2 * config.AudioChannels : config.ChannelsOf(n - 1), config.ChannelsOf(n), isLine: false))];
        tencoder = [.. Layers(config).Select(n => new EncoderLayer(parameters["tencoder"][n], config, n == 0 ? config.AudioChannels : config.ChannelsOf(n - 1), config.ChannelsOf(n), isLine: true))];
        int outputs = config.AudioChannels * config.Sources.Count;
        decoder = [.. Layers(config).Select(n => DecoderOf(parameters["decoder"][n], config, config.Depth - 1 - n, 2 * outputs, isLine: false))];
        tdecoder = [.. Layers(config).Select(n => DecoderOf(parameters["tdecoder"][n], config, config.Depth - 1 - n, outputs, isLine: true))];
        freqEmb = FrequencyEmbedding(parameters, config);
        if (config.BottomChannels > 0)
        {
            int inner = config.ChannelsOf(config.Depth - 1), bottom = config.BottomChannels;
            channelUpsampler = parameters["channel_upsampler"].Conv(ConvLayout.Line(inner, bottom, 1), isLine: true);
            channelDownsampler = parameters["channel_downsampler"].Conv(ConvLayout.Line(bottom, inner, 1), isLine: true);
            channelUpsamplerT = parameters["channel_upsampler_t"].Conv(ConvLayout.Line(inner, bottom, 1), isLine: true);
            channelDownsamplerT = parameters["channel_downsampler_t"].Conv(ConvLayout.Line(bottom, inner, 1), isLine: true);
        }

        crosstransformer = new(parameters["crosstransformer"], config);
    }

    public HTDemucsConfig Config { get; }

    /// <summary>Reads a package or a safetensors file of this architecture.</summary>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsUnreadable"/>, <see cref="Contracts.Problem.WeightsRefused"/>, <see cref="Contracts.Problem.WeightsMismatch"/>.</exception>
    public static HTDemucs Load(IEngine engine, string path)
    {
        using WeightFile weights = WeightFile.Open(path);
        return new(engine, HTDemucsConfig.Of(weights), weights);
    }

    /// <summary>Takes the activations by the names of the checkpoint's modules, for those who compare them.</summary>
    internal Action<string, Tensor>? Probe { get; set; }

    /// <param name="mix">(B, 2, T), T at most a segment: what is shorter is heard with silence behind it.</param>
    /// <returns>(B, S, 2, T).</returns>
    public Tensor Forward(Tensor mix)
    {
        using ITensorScope scope = engine.Scope();
        int length = mix.Size(-1);
        Tensor padded = engine.Pad(mix, 0, Config.SegmentFrames - length);                  // (B, 2, 343980)
        Tensor stems = Separate(padded);                                                    // (B, S, 2, 343980)
        return scope.Keep(length == Config.SegmentFrames ? stems : engine.Slice(stems, 3, 0, length));
    }

    Tensor Separate(Tensor mix)
    {
        (Tensor x, Tensor xt) = BothBranches(mix);                                          // (B, 4 S, 2048, L), (B, 2 S, T)
        Tensor spectral = spectrogram.Inverse(x, mix.Size(-1));                             // (B, 2 S, T)
        return (spectral + xt).Reshape(mix.Size(0), Config.Sources.Count, Config.AudioChannels, mix.Size(-1));
    }

    /// <summary>What the encoders keep for the decoders dies in here, before the inverse transform needs the room.</summary>
    (Tensor X, Tensor Xt) BothBranches(Tensor mix)
    {
        using ITensorScope scope = engine.Scope();
        var (x, xMean, xStd) = Normalize(mix, spectrogram.Of, "spec_complex_as_channels");  // (B, 4, 2048, L)
        var (xt, tMean, tStd) = Normalize(mix, wave => wave, "mix");                        // (B, 2, T)
        Told("freq_in_normalized", x);
        Told("time_in_normalized", xt);
        var (skips, skipsT) = Encode(x, xt, scope);                                         // (B, 384, 8, L), (B, 384, T/256)
        (x, xt) = Transform(skips[^1], skipsT[^1]);                                         // unchanged
        (x, xt) = Decode(x, xt, skips, skipsT, mix.Size(-1), scope);                        // (B, 4 S, 2048, L), (B, 2 S, T)
        return (scope.Keep(Denormalize(x, xMean, xStd)), scope.Keep(Denormalize(xt, tMean, tStd)));
    }

    Tensor Denormalize(Tensor x, Tensor mean, Tensor deviation)
    {
        using ITensorScope scope = engine.Scope();
        return scope.Keep(x * deviation + mean);
    }

    (Tensor Normal, Tensor Mean, Tensor Deviation) Normalize(Tensor mix, Func<Tensor, Tensor> seen, string name)
    {
        using ITensorScope scope = engine.Scope();
        Tensor x = Told(name, seen(mix));
        var (mean, deviation) = engine.Moments(x);
        return (scope.Keep((x - mean) / (deviation + Epsilon)), scope.Keep(mean), scope.Keep(deviation));
    }

    /// <summary>What each encoder gives; the last of it goes on, all of it comes back to the decoders.</summary>
    (List<Tensor> Skips, List<Tensor> SkipsT) Encode(Tensor x, Tensor xt, ITensorScope scope)
    {
        List<Tensor> skips = [], skipsT = [];
        for (int n = 0; n < Config.Depth; n++)
        {
            skipsT.Add(xt = Told($"tencoder.{n}.out", tencoder[n].Forward(xt)));            // (B, 48·2ⁿ, T/4ⁿ⁺¹)
            Tensor y = Told($"encoder.{n}.out", encoder[n].Forward(x));                     // (B, 48·2ⁿ, 2048/4ⁿ⁺¹, L)
            if (n == 0)
            {
                scope.Drop(x);
                skips.Add(Told("encoder.0.out_plus_freq_emb", y + freqEmb));
                scope.Drop(y);
            }
            else skips.Add(y);
            x = skips[^1];
        }

        return (skips, skipsT);
    }

    (Tensor X, Tensor Xt) Transform(Tensor x, Tensor xt)
    {
        int batch = x.Size(0), rows = x.Size(2), frames = x.Size(3);
        if (channelUpsampler is not null)
        {
            x = engine.Conv(x.Reshape(batch, x.Size(1), rows * frames), channelUpsampler).Reshape(batch, -1, rows, frames);   // (B, 512, 8, L)
            xt = engine.Conv(xt, channelUpsamplerT!);                                       // (B, 512, T/256)
        }

        Told("crosstransformer.in_freq", x);
        Told("crosstransformer.in_time", xt);
        (x, xt) = crosstransformer.Forward(x, xt, Probe);
        Told("crosstransformer.out_freq", x);
        Told("crosstransformer.out_time", xt);
        if (channelDownsampler is not null)
        {
            x = engine.Conv(x.Reshape(batch, x.Size(1), rows * frames), channelDownsampler).Reshape(batch, -1, rows, frames);
            xt = engine.Conv(xt, channelDownsamplerT!);
        }

        return (x, xt);
    }

    (Tensor X, Tensor Xt) Decode(Tensor x, Tensor xt, List<Tensor> skips, List<Tensor> skipsT, int length, ITensorScope scope)
    {
        for (int n = 0; n < Config.Depth; n++)
        {
            int back = Config.Depth - 1 - n;
            xt = Told($"tdecoder.{n}.out", tdecoder[n].Forward(xt, skipsT[back], scope, back == 0 ? length : skipsT[back - 1].Size(2)));
            x = Told($"decoder.{n}.out", decoder[n].Forward(x, skips[back], scope, x.Size(2) * Config.Stride));               // (B, …, 8·4ⁿ⁺¹, L)
        }

        return (x, xt);
    }

    Tensor Told(string name, Tensor tensor)
    {
        Probe?.Invoke(name, tensor);
        return tensor;
    }

    static IEnumerable<int> Layers(HTDemucsConfig config) => Enumerable.Range(0, config.Depth);

    static DecoderLayer DecoderOf(Parameters parameters, HTDemucsConfig config, int layer, int outputs, bool isLine) =>
        new(parameters, config, config.ChannelsOf(layer), layer == 0 ? outputs : config.ChannelsOf(layer - 1), isLast: layer == 0, isLine);

    /// <summary>(1, C, 512, 1): one vector for each row of the first encoder's output.</summary>
    static Tensor FrequencyEmbedding(Parameters parameters, HTDemucsConfig config)
    {
        int rows = config.FftSize / 2 / config.Stride, channels = config.ChannelsOf(0);
        float[] table = parameters["freq_emb"]["embedding"].Read("weight", rows, channels), turned = new float[table.Length];
        float scale = (float)config.EmbeddingScale, weight = (float)config.FrequencyEmbedding;
        for (int row = 0; row < rows; row++)
        {
            for (int channel = 0; channel < channels; channel++) turned[(channel * rows) + row] = weight * (scale * table[(row * channels) + channel]);
        }

        return parameters.Engine.Upload(turned, 1, channels, rows, 1);
    }
}
