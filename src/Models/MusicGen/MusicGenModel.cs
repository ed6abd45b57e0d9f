using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.MusicGen.Codec;
using DgxMusic.Models.MusicGen.LanguageModel;
using DgxMusic.Models.MusicGen.Text;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;

namespace DgxMusic.Models.MusicGen;

// MusicGen. Copet et al., arXiv:2306.05284.
//
//   prompt ── tokenizer ── T5 ──────────┐
//                                       ├── language model ── codes ── EnCodec ── music
//   music before ── EnCodec ── codes ───┘
//
// Three models in one checkpoint: text_encoder, decoder with enc_to_dec_proj, audio_encoder.

/// <summary>What is to be written.</summary>
/// <param name="Prompt">Tokens, the end token last.</param>
/// <param name="Frames">Of codes, without the context.</param>
/// <param name="Context">Codes of the music that is to be continued; null: there is none.</param>
public sealed record CodeTask(int[] Prompt, int Frames, ulong Seed, SamplingSettings Sampling, Codes? Context = null)
{
    internal bool IsSameAs(CodeTask other) =>
        this with { Prompt = [], Context = null } == other with { Prompt = [], Context = null } && Prompt.AsSpan().SequenceEqual(other.Prompt)
        && (Context is null ? other.Context is null : other.Context is { } theirs && Context.ToBytes().AsSpan().SequenceEqual(theirs.ToBytes()));
}

/// <summary>Text becomes codes, codes become music. For one user at a time.</summary>
public sealed class MusicGenModel : IDisposable
{
    readonly IEngine engine;
    readonly WeightFile weights;
    readonly MusicGenConfig config;
    readonly UnigramTokenizer tokenizer;
    readonly T5Encoder textEncoder;
    readonly LanguageModel.LanguageModel decoder;
    readonly EnCodec audioEncoder;
    CodeWriter? resting;

    MusicGenModel(IEngine engine, WeightFile weights, MusicGenConfig config, UnigramTokenizer tokenizer, WeightStorage precision)
    {
        var parameters = new Parameters(engine, weights);
        (this.engine, this.weights, this.config, this.tokenizer) = (engine, weights, config, tokenizer);
        textEncoder = new(parameters["text_encoder"], config.Text);
        // Where weights are rounded, so may be what the model remembers: both are read anew at every step.
        decoder = new(parameters, config.Language, config.Text.Width, precision, precision == WeightStorage.Float32 ? CacheStorage.Float32 : CacheStorage.BFloat16);
        audioEncoder = new(parameters["audio_encoder"], config.Codec, config.Language.Codebooks / config.Language.AudioChannels);
    }

    public int SampleRateHz => config.Codec.SampleRateHz;

    /// <summary>Samples that a frame of codes becomes.</summary>
    public int SamplesPerFrame => config.Codec.Hop;

    /// <summary>1, or 2 for a model that was trained on stereo.</summary>
    public int AudioChannels => config.Language.AudioChannels;

    public int Codebooks => config.Language.Codebooks;

    /// <summary>Of the language model, which is what takes the time.</summary>
    public double Parameters => config.Language.Layers * (double)config.Language.Hidden * ((6.0 * config.Language.Hidden) + (2.0 * config.Language.FeedForward));

    /// <summary>Frames that the model writes or knows at once: 30 s, or less where it was made for less.</summary>
    public int PassFrames => Math.Min(GenerationPlan.LongestPass, config.Language.MaxPositions - new DelayPattern(Codebooks, AudioChannels).LongestDelay);

    /// <param name="engine">The model's from now on.</param>
    /// <param name="precision">What its largest matrices are kept as.</param>
    /// <exception cref="PipelineException"><see cref="Problem.WeightsUnreadable"/>, <see cref="Problem.WeightsRefused"/>, <see cref="Problem.WeightsMismatch"/>.</exception>
    public static MusicGenModel Load(IEngine engine, MusicGenFiles files, WeightStorage precision = WeightStorage.Float32)
    {
        WeightFile? weights = null;
        try
        {
            weights = WeightFile.Open(files.Weights);
            (MusicGenConfig config, UnigramTokenizer tokenizer) = Read(files, weights);
            return new(engine, weights, config, tokenizer, precision);
        }
        catch
        {
            weights?.Dispose();
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Looks whether the files go together, as far as names and sizes tell, without loading what is large.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static void Check(MusicGenFiles files)
    {
        using WeightFile weights = WeightFile.Open(files.Weights);
        Read(files, weights);
    }

    /// <summary>Tokens of a prompt, the end token last.</summary>
    public int[] Tokenize(string prompt) => tokenizer.Encode(prompt);

    /// <summary>Frames of codes that so much music takes.</summary>
    public int FramesOf(double seconds) => (int)((AudioBuffer.FramesIn(seconds, SampleRateHz) + SamplesPerFrame - 1) / SamplesPerFrame);

    /// <summary>Steps that writing takes, all passes together.</summary>
    /// <param name="contextFrames">Of the music that is continued.</param>
    public int StepsOf(int frames, int contextFrames = 0)
    {
        var pattern = new DelayPattern(Codebooks, AudioChannels);
        return PlanOf(frames, contextFrames == 0 ? null : new Codes(Codebooks, contextFrames, new int[Codebooks * contextFrames])).Windows.Sum(window => window.StepsOf(pattern));
    }

    /// <param name="state">What <see cref="CodeWriter.State"/> gave, to go on there; null: from the beginning.</param>
    public CodeWriter Write(CodeTask task, byte[]? state = null)
    {
        if (Interlocked.Exchange(ref resting, null) is { } known)
        {
            if (state is not null && known.Task.IsSameAs(task))
            {
                known.Resume(state);
                return known;
            }

            known.End();
        }

        Condition condition = Read(task.Prompt);
        try
        {
            var generation = new CodeGeneration(decoder, condition, PlanOf(task.Frames, task.Context), new CodeSampler(task.Sampling, new Chance(task.Seed).At));
            if (state is not null) generation.Resume(TokenState.From(state));
            return new(this, task, condition, generation);
        }
        catch
        {
            condition.Dispose();
            throw;
        }
    }

    /// <summary>Music as codes; the last frame may be part silence.</summary>
    /// <param name="audio">One or two channels at the model's rate.</param>
    public Codes Encode(AudioBuffer audio)
    {
        ReadOnlySpan<float> left = audio[0], right = audio.Channels > 1 ? audio[1] : left;
        if (AudioChannels == 2) return StereoCodes.Join(audioEncoder.Encode(left), audioEncoder.Encode(right));
        float[] middle = new float[left.Length];
        for (int n = 0; n < middle.Length; n++) middle[n] = (left[n] + right[n]) / 2;
        return audioEncoder.Encode(middle);
    }

    /// <param name="codes">All of them, of both channels where there are two.</param>
    /// <param name="from">The first frame wanted.</param>
    /// <param name="memory">What <see cref="CodeReader.Memory"/> gave there; empty: all frames before are heard again.</param>
    public CodeReader Read(Codes codes, int from = 0, ReadOnlySpan<byte> memory = default) => new(audioEncoder, codes, AudioChannels, from, memory);

    /// <summary>Keeps what a writer remembers for who goes on with the same; making it again would take as long as many steps.</summary>
    internal void Rest(CodeWriter writer) => Interlocked.Exchange(ref resting, writer)?.End();

    public void Dispose()
    {
        Interlocked.Exchange(ref resting, null)?.End();
        engine.Dispose();
        weights.Dispose();
    }

    Condition Read(int[] prompt)
    {
        using ITensorScope scope = engine.Scope();
        return decoder.Read(textEncoder.Forward(prompt));
    }

    /// <summary>Windows slide by three fifths of a pass: 18 s of 30.</summary>
    GenerationPlan PlanOf(int frames, Codes? context) => new(frames, PassFrames, Math.Max(1, PassFrames * 3 / 5), context);

    static (MusicGenConfig Config, UnigramTokenizer Tokenizer) Read(MusicGenFiles files, WeightFile weights)
    {
        MusicGenConfig config = files.Config is null ? MusicGenConfig.Of(weights) : MusicGenConfig.Read(files.Config);
        return (config, UnigramTokenizer.Read(files.Tokenizer, config.Text));
    }
}
