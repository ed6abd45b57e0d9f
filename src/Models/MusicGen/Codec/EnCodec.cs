using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen.Codec;

// EnCodec. Défossez, Copet, Synnaeve, Adi, arXiv:2210.13438, Fig. 1 and section 3.1, as MusicGen has it: 32 kHz, not causal, weights normalised.
//   samples ── conv ─┬─ residual ── ELU ── conv ÷r ─┬×4── lstm ── ELU ── conv ── latent ── quantizer ── codes
//                    └──────────────────────────────┘
//   codes ── quantizer ── latent ── conv ── lstm ─┬─ ELU ── conv ×r ── residual ─┬×4── ELU ── conv ── samples
//                                                 └──────────────────────────────┘
// T samples, F = T/640 frames. r: 4, 4, 5, 8 on the way down, 8, 5, 4, 4 on the way up. Shapes are those of the codec of the published models.

/// <summary>Writes mono music down as codes and plays it from them.</summary>
sealed class EnCodec
{
    /// <summary>
    /// Frames that are played or written down at a time: with their neighbours they fill the 96 columns that products of 512-bit vectors take in two goes, and the widest line has 15 MB,
    /// so that what a layer writes is still in a third-level cache when the next one reads it.
    /// </summary>
    const int UsualTileFrames = 94;

    /// <summary>Frames that the memory hears at a time.</summary>
    const int FramesAtOnce = 1024;

    readonly IEngine engine;
    readonly Chain down, downEnd, up;
    readonly PaddedConv upStart;
    readonly Memory memoryDown, memoryUp;
    readonly ResidualQuantizer quantizer;
    readonly int reach;

    /// <param name="parameters">Of <c>audio_encoder</c>.</param>
    /// <exception cref="Contracts.PipelineException"><see cref="Contracts.Problem.WeightsMismatch"/>: a parameter is missing or has another shape.</exception>
    public EnCodec(Parameters parameters, CodecConfig config, int codebooks)
    {
        if (config.AudioChannels != 1) throw WeightFault.Mismatch(parameters.File.Path, $"its codec has {config.AudioChannels} channels, not one");
        (engine, Config) = (parameters.Engine, config);
        int inner = config.Filters << config.Ratios.Count, n = 0;
        Parameters encoder = parameters["encoder"]["layers"], decoder = parameters["decoder"]["layers"];
        down = new(engine, [.. Down(encoder, config).Select(layer => ($"encoder.layers.{n++}", layer))]);
        memoryDown = new(encoder[n++], inner, config.LstmLayers);
        downEnd = new(engine, [($"encoder.layers.{n++}", new Elu(engine)), ($"encoder.layers.{n}", new PaddedConv(encoder[n], config, inner, config.Latent, config.LastKernel))]);
        quantizer = new(parameters["quantizer"], config, codebooks);
        upStart = new(decoder[0], config, config.Latent, inner, config.Kernel);
        memoryUp = new(decoder[1], inner, config.LstmLayers);
        n = 2;
        up = new(engine, [.. Up(decoder, config).Select(layer => ($"decoder.layers.{n++}", layer))]);
        reach = Reach();
    }

    public CodecConfig Config { get; }

    public int Codebooks => quantizer.Codebooks;

    /// <summary>Frames of a tile. Changes no bit.</summary>
    internal int TileFrames { get; set; } = UsualTileFrames;

    /// <summary>Takes the activations by the names of the checkpoint's modules, for those who compare them; those with samples or parts of frames tile by tile.</summary>
    internal Action<string, Tensor>? Probe
    {
        get => up.Probe;
        set => down.Probe = downEnd.Probe = up.Probe = value;
    }

    /// <param name="samples">Mono at the codec's rate, linear amplitude, finite; any number from 1 on. The last frame may be part silence.</param>
    public Codes Encode(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty) throw new ArgumentException("No samples make no frame.", nameof(samples));
        using ITensorScope scope = engine.Scope();
        int frames = down.Outputs(samples.Length);
        List<Tensor> tiles = [];
        for (int from = 0; from < frames; from += TileFrames)
        {
            var wanted = new Part(from, Math.Min(frames, from + TileFrames), frames);
            Part seen = down.Sees(wanted, samples.Length);
            Tensor tile = engine.Upload(samples[seen.From..seen.To], 1, 1, seen.Length);
            Tensor inner = down.Forward(tile, seen, wanted);                                // (1, 1024, tile)
            tiles.Add(engine.Permute(inner, 0, 2, 1));
            scope.Drop(tile);
            scope.Drop(inner);
        }

        Tensor x = memoryDown.Forward(engine.Concat(1, [.. tiles]), memoryDown.Start).Y;   // (1, F, 1024)
        Tensor latent = downEnd.Forward(engine.Permute(x, 0, 2, 1), Part.All(frames), Part.All(frames));   // (1, 128, F)
        Probe?.Invoke("latent", latent);
        return quantizer.Encode(engine.Permute(latent, 0, 2, 1).Reshape(frames, -1));
    }

    /// <returns>640 samples a frame.</returns>
    public float[] Decode(Codes codes) => Decode(codes, 0, codes.Frames).Samples;

    /// <summary>Some frames, with the same bits as if all were decoded at once.</summary>
    /// <param name="codes">All frames: those beside the wanted ones are heard in them.</param>
    /// <param name="memory">As the frames before left it. Without it, or if it has heard too much, all frames from the first on are heard again.</param>
    public DecodedBlock Decode(Codes codes, int from, int to, CodecMemory? memory = null)
    {
        if (codes.Codebooks != Codebooks) throw new ArgumentException($"Codes of {codes.Codebooks} books are not those of {Codebooks}.", nameof(codes));
        if (from < 0 || from >= to || to > codes.Frames) throw new ArgumentException($"Frames from {from} to {to} are none of {codes.Frames}.", nameof(to));
        using ITensorScope scope = engine.Scope();
        Part heard = up.Sees(SamplesOf(from, to, codes.Frames), codes.Frames);
        if (memory is null || memory.Frame > heard.From) memory = memoryUp.Start;
        (Tensor x, CodecMemory after) = Remember(codes, heard, memory, to == codes.Frames ? to : Math.Max(0, to - reach));   // (1, heard, 1024)
        float[] samples = new float[(to - from) * Config.Hop];
        for (int first = from; first < to; first += TileFrames)
            Play(x, heard, SamplesOf(first, Math.Min(to, first + TileFrames), codes.Frames), samples.AsSpan((first - from) * Config.Hop));
        return new(samples, after);
    }

    /// <param name="x">(1, heard, 1024).</param>
    void Play(Tensor x, Part heard, Part wanted, Span<float> samples)
    {
        using ITensorScope scope = engine.Scope();
        Part seen = up.Sees(wanted, heard.Total);
        Tensor some = engine.Permute(engine.Slice(x, 1, seen.From - heard.From, seen.Length), 0, 2, 1);   // (1, 1024, seen)
        engine.Download(up.Forward(some, seen, wanted), samples[..wanted.Length]);          // (1, 1, wanted)
    }

    /// <summary>What the memory makes of some frames, and how it is before a frame that the next block begins to hear at.</summary>
    (Tensor Y, CodecMemory Next) Remember(Codes codes, Part heard, CodecMemory memory, int next)
    {
        List<Tensor> parts = [];
        CodecMemory handed = memory;
        while (memory.Frame < heard.To)
        {
            using ITensorScope scope = engine.Scope();
            int from = memory.Frame, to = Math.Min(heard.To, from + FramesAtOnce);
            if (from < next && next < to) to = next;
            (Tensor said, memory) = Hear(codes, new(from, to, codes.Frames), memory);
            if (to == next) handed = memory;
            if (to > heard.From) parts.Add(scope.Keep(engine.Slice(said, 1, Math.Max(0, heard.From - from), to - Math.Max(from, heard.From))));
        }

        return (engine.Concat(1, [.. parts]), handed);
    }

    (Tensor Y, CodecMemory After) Hear(Codes codes, Part wanted, CodecMemory memory)
    {
        using ITensorScope scope = engine.Scope();
        Part seen = upStart.Sees(wanted, wanted.Total);
        Tensor latent = engine.Permute(quantizer.Decode(codes.Slice(seen.From, seen.To)).Reshape(1, seen.Length, -1), 0, 2, 1);   // (1, 128, seen)
        Tensor x = upStart.Forward(latent, seen, wanted);                                   // (1, 1024, wanted)
        (Tensor y, CodecMemory after) = memoryUp.Forward(engine.Permute(x, 0, 2, 1), memory);   // (1, wanted, 1024)
        Probe?.Invoke("quantized", latent);
        Probe?.Invoke("decoder.layers.0", x);
        Probe?.Invoke("decoder.layers.1", engine.Permute(y, 0, 2, 1));
        return (scope.Keep(y), after);
    }

    Part SamplesOf(int from, int to, int frames) => new(checked(from * Config.Hop), checked(to * Config.Hop), checked(frames * Config.Hop));

    /// <summary>How many frames before its first one a block hears.</summary>
    int Reach()
    {
        const int some = 1024;   // far from either end
        return some - up.Sees(SamplesOf(some, some + 1, 2 * some), 2 * some).From;
    }

    static IEnumerable<ILayer> Down(Parameters layers, CodecConfig config)
    {
        (int n, int channels) = (0, config.Filters);
        yield return new PaddedConv(layers[n++], config, config.AudioChannels, channels, config.Kernel);
        foreach (int ratio in config.Ratios.Reverse())
        {
            for (int residual = 0; residual < config.ResidualLayers; residual++) yield return new ResidualBlock(layers[n++], config, channels, residual);
            yield return new Elu(layers[n++].Engine);
            yield return new PaddedConv(layers[n++], config, channels, channels *= 2, 2 * ratio, ratio);
        }
    }

    static IEnumerable<ILayer> Up(Parameters layers, CodecConfig config)
    {
        (int n, int channels) = (2, config.Filters << config.Ratios.Count);
        foreach (int ratio in config.Ratios)
        {
            yield return new Elu(layers[n++].Engine);
            yield return new Upsampling(layers[n++], channels, channels /= 2, ratio);
            for (int residual = 0; residual < config.ResidualLayers; residual++) yield return new ResidualBlock(layers[n++], config, channels, residual);
        }

        yield return new Elu(layers[n++].Engine);
        yield return new PaddedConv(layers[n], config, channels, config.AudioChannels, config.LastKernel);
    }
}

/// <summary>Some frames as samples.</summary>
/// <param name="Memory">What the block behind them goes on from.</param>
sealed record DecodedBlock(float[] Samples, CodecMemory Memory);
