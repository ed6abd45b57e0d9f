using System.Text;
using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;
using DgxMusic.Models.Weights;
using DgxMusic.Tensors;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen.LanguageModel;

/// <summary>The model on our own engine.</summary>
public sealed class LanguageModelTests : LanguageModelContract
{
    protected override IEngine Create() => new ManagedEngine(threads: 2);

    [Fact]
    public void Prefill_AnyBlocks_EqualsStepsBitForBit()
    {
        int[] sequence = GoldenLanguageModel.Sequence();
        float[][] stepped = Stepped(sequence, guidance: 3);
        foreach (int prefilled in (int[])[1, 2, 3, 7, 16, 19])
        {
            using var state = new LanguageModelState(Golden.Model, Golden.Condition, 3, 20);
            state.Prefill(sequence.AsSpan(0, prefilled / 2 * 4));
            state.Prefill(sequence.AsSpan(prefilled / 2 * 4, (prefilled - (prefilled / 2)) * 4));
            float[] logits = new float[4 * 128];
            state.Step(sequence.AsSpan(prefilled * 4, 4), logits);
            Assert.Equal(stepped[prefilled], logits);
        }
    }

    [Theory]
    [InlineData(WeightStorage.Float32, CacheStorage.Float32)]
    [InlineData(WeightStorage.BFloat16, CacheStorage.BFloat16)]
    [InlineData(WeightStorage.Int8, CacheStorage.BFloat16)]
    public void Prefill_LongerThanABlock_EqualsStepsBitForBit(WeightStorage storage, CacheStorage cacheStorage)
    {
        using var stored = new GoldenLanguageModel(Create(), storage, cacheStorage);
        int[] tokens = [.. Enumerable.Range(0, 4 * 300).Select(n => (n * 37) % 129)];
        float[][] stepped = Stepped(tokens, guidance: 2, stored);
        using var state = new LanguageModelState(stored.Model, stored.Condition, 2, 300);
        state.Prefill(tokens.AsSpan(0, 4 * 299));
        float[] logits = new float[4 * 128];
        state.Step(tokens.AsSpan(4 * 299), logits);
        Assert.Equal(stepped[299], logits);
    }

    [Theory]
    [InlineData(WeightStorage.Float32, CacheStorage.BFloat16, 4.2e-4)]
    [InlineData(WeightStorage.BFloat16, CacheStorage.Float32, 1.9e-3)]
    [InlineData(WeightStorage.BFloat16, CacheStorage.BFloat16, 1.9e-3)]
    [InlineData(WeightStorage.Int8, CacheStorage.Float32, 4.3e-3)]
    [InlineData(WeightStorage.Int8, CacheStorage.BFloat16, 4.3e-3)]
    public void Forward_FewerBits_StaysNear(WeightStorage storage, CacheStorage cacheStorage, double measured)
    {
        using var stored = new GoldenLanguageModel(Create(), storage, cacheStorage);
        int[] sequence = GoldenLanguageModel.Sequence();
        float[] exact = [.. Stepped(sequence, guidance: 1).SelectMany(step => step)], rounded = [.. Stepped(sequence, guidance: 1, stored).SelectMany(step => step)];
        // What rounding costs is no matter of an engine's order of sums: a tenth more or less than measured is another rounding.
        Assert.InRange(GoldenSignal.Distance(rounded, exact), 0.9 * measured, 1.1 * measured);
    }

    [Fact]
    public void Step_OneRowAlone_EqualsItsRowOfTwoBitForBit()
    {
        // Guidance 1 needs no row without the text; the row with it computes the same bits whether it has company or not.
        int[] sequence = GoldenLanguageModel.Sequence();
        using var state = new LanguageModelState(Golden.Model, Golden.Condition, 3, 20);
        using ITensorScope scope = Golden.Engine.Scope();
        float[] both = Golden.Model.Logits(state.Forward(sequence)).ToArray();
        Assert.Equal(Stepped(sequence, guidance: 1).SelectMany(step => step), both[..(both.Length / 2)]);
    }

    [Fact]
    public void Forward_BrokenOff_GoesOnAsIfItHadNotBeen()
    {
        int[] sequence = GoldenLanguageModel.Sequence();
        float[] undisturbed = Stepped(sequence, guidance: 3)[^1], logits = new float[4 * 128];
        using var state = new LanguageModelState(Golden.Model, Golden.Condition, 3, 20);
        state.Prefill(sequence.AsSpan(0, 4 * 19));
        Golden.Model.Probe = (name, _) =>
        {
            if (name == "layer1.out") throw new InvalidOperationException("broken off");
        };
        Assert.Throws<InvalidOperationException>(() => state.Step(sequence.AsSpan(4 * 19), logits));
        Golden.Model.Probe = null;
        Assert.Equal(19, state.Positions);
        state.Step(sequence.AsSpan(4 * 19), logits);
        Assert.Equal(undisturbed, logits);
    }

    [Fact]
    public void Embedding_Positions_EqualTheTableOfTheCheckpoint()
    {
        using WeightFile weights = WeightFile.Open(GoldenFiles.Path(GoldenLanguageModel.Folder, "model.safetensors"));
        using var engine = new ManagedEngine(threads: 1);
        var embedding = new TokenEmbedding(new Parameters(engine, weights)["decoder"]["model"]["decoder"]["embed_tokens"], Golden.Config);
        float[] table = weights.Read("decoder.model.decoder.embed_positions.weights", 64, 64), tokens = weights.Read("decoder.model.decoder.embed_tokens.0.weight", 129, 64);
        for (int codebook = 1; codebook < 4; codebook++) tokens = [.. tokens.Zip(weights.Read($"decoder.model.decoder.embed_tokens.{codebook}.weight", 129, 64), (a, b) => a + b)];
        for (int position = 0; position < 64; position++)
        {
            float[] row = embedding.Forward([position, position, position, position], position).ToArray();
            for (int channel = 0; channel < 64; channel++)
            {
                float expected = tokens[(position * 64) + channel] + table[(position * 64) + channel];
                Assert.InRange(row[channel], expected - 5e-6f, expected + 5e-6f);   // an angle of 63 is rounded to 4e-6
            }
        }
    }

    [Theory]
    [InlineData("hidden", "decoder.model.decoder.embed_tokens.0.weight' has the shape [129, 64] and should have [129, 32]")]
    [InlineData("layers", "no tensor 'decoder.model.decoder.layers.3.self_attn_layer_norm.weight', which should have the shape [64]")]
    [InlineData("feed", "decoder.model.decoder.layers.0.fc1.weight' has the shape [256, 64] and should have [128, 64]")]
    [InlineData("codebooks", "no tensor 'decoder.model.decoder.embed_tokens.4.weight'")]
    [InlineData("codes", "decoder.model.decoder.embed_tokens.0.weight' has the shape [129, 64] and should have [2049, 64]")]
    [InlineData("text", "enc_to_dec_proj.weight' has the shape [64, 48] and should have [64, 768]")]
    public void Load_WeightsOfAnotherModel_NamesTheTensor(string what, string part)
    {
        LanguageModelConfig other = what switch
        {
            "hidden" => Golden.Config with { Hidden = 32 },
            "layers" => Golden.Config with { Layers = 4 },
            "feed" => Golden.Config with { FeedForward = 128 },
            "codebooks" => Golden.Config with { Codebooks = 5 },
            "codes" => Golden.Config with { Codes = 2048 },
            _ => Golden.Config,
        };
        AssertMismatch(GoldenFiles.Path(GoldenLanguageModel.Folder, "model.safetensors"), other, what == "text" ? 768 : 48, part);
    }

    [Theory]
    [InlineData("layers.1.encoder_attn.k_proj")]
    [InlineData("layers.2.self_attn.q_proj")]
    [InlineData("layers.0.self_attn.out_proj")]
    [InlineData("layers.0.fc2")]
    public void Load_TensorMissing_NamesIt(string name)
    {
        byte[] file = File.ReadAllBytes(GoldenFiles.Path(GoldenLanguageModel.Folder, "model.safetensors")), wanted = Encoding.ASCII.GetBytes($"\"decoder.model.decoder.{name}.weight\"");
        int at = file.AsSpan().IndexOf(wanted);
        file[at + 1] = (byte)'x';
        using var folder = new TemporaryFolder();
        AssertMismatch(folder.Write("model.safetensors", file), Golden.Config, 48, $"no tensor 'decoder.model.decoder.{name}.weight', which should have the shape [");
    }

    [Fact]
    public void Read_NoText_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Golden.Model.Read(Golden.Engine.Zeros(0, 48)));
        Assert.Throws<ArgumentException>(() => Golden.Model.Read(Golden.Engine.Zeros(2, 3, 48)));
        Assert.Throws<ArgumentException>(() => Golden.Model.Read(Golden.Engine.Zeros(3, 64)));
    }

    [Fact]
    public void Step_BeyondWhatTheModelKnows_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LanguageModelState(Golden.Model, Golden.Condition, 3, 2049));
        using var state = new LanguageModelState(Golden.Model, Golden.Condition, 3, 1);
        float[] logits = new float[4 * 128];
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Step([0, 0, 129, 0], logits));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Step([-1, 0, 0, 0], logits));
        Assert.Throws<ArgumentException>(() => state.Step([0, 0, 0], logits));
        state.Step([0, 0, 0, 0], logits);
        Assert.Throws<ArgumentException>(() => state.Step([0, 0, 0, 0], logits));
    }

    static void AssertMismatch(string path, LanguageModelConfig config, int textWidth, string part)
    {
        using var engine = new ManagedEngine(threads: 1);
        using WeightFile weights = WeightFile.Open(path);
        var refusal = Assert.Throws<PipelineException>(() => new Models.MusicGen.LanguageModel.LanguageModel(new Parameters(engine, weights), config, textWidth));
        Assert.Equal(Problem.WeightsMismatch, refusal.Problem);
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
    }

    float[][] Stepped(int[] tokens, float guidance, GoldenLanguageModel? other = null)
    {
        GoldenLanguageModel golden = other ?? Golden;
        using var state = new LanguageModelState(golden.Model, golden.Condition, guidance, tokens.Length / 4);
        return [.. tokens.Chunk(4).Select(position =>
        {
            float[] logits = new float[4 * 128];
            state.Step(position, logits);
            return logits;
        })];
    }
}

/// <summary>The model on an engine against the published one, tensor by tensor; see Golden/README.md.</summary>
public abstract class LanguageModelContract : IDisposable
{
    // A correct float32 implementation is some 1e-7 to 9e-7 away from exact arithmetic.
    protected const double Bound = 5e-6;
    const string Folder = GoldenLanguageModel.Folder;

    GoldenLanguageModel? made;

    private protected GoldenLanguageModel Golden => made ??= new(Create());

    protected abstract IEngine Create();

    public void Dispose()
    {
        made?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Forward_RecordedSequence_EqualsEveryRecordedTensor()
    {
        Dictionary<string, float[]> heard = [];
        Golden.Model.Probe = (name, tensor) => heard[name] = tensor.ToArray();
        using (Condition again = Golden.Model.Read(Golden.Engine.Upload(Npy.Read(Folder, "t5.out.npy"), 40, 48))) Assert.Equal(40, again.Length);
        AssertClose("lm.encoder_states.npy", heard["encoder_states"]);
        using var state = new LanguageModelState(Golden.Model, Golden.Condition, 3, 20);
        using ITensorScope scope = Golden.Engine.Scope();
        float[] logits = Golden.Model.Logits(state.Forward(GoldenLanguageModel.Sequence())).ToArray();
        for (int n = 0; n < Golden.Config.Layers; n++) AssertClose($"lm.layer{n}.out.npy", heard[$"layer{n}.out"][..(20 * 64)]);
        AssertClose("lm.logits_cond.npy", ByCodebook(logits[..(logits.Length / 2)]));
        AssertClose("lm.logits_uncond.npy", ByCodebook(logits[(logits.Length / 2)..]));
    }

    [Fact]
    public void Step_RecordedGreedyRun_EqualsItsGuidedLogits()
    {
        Codes recorded = GoldenLanguageModel.Codes("lm.greedy20.codes.npy");
        int[] sequence = new DelayPattern(4, 1).Lay(recorded, Golden.Config.PadToken);
        using var state = new LanguageModelState(Golden.Model, Golden.Condition, 3, 23);
        float[] logits = new float[23 * 4 * 128];
        for (int step = 0; step < 23; step++) state.Step(sequence.AsSpan(step * 4, 4), logits.AsSpan(step * 4 * 128, 4 * 128));
        AssertClose("lm.greedy20.cfg_logits.npy", logits);
    }

    [Fact]
    public void Prefill_ThenStep_IsNearWhatStepsAloneGive()
    {
        int[] tokens = [.. Enumerable.Range(0, 4 * 300).Select(n => (n * 37) % 129)];
        float[] stepped = new float[4 * 128], prefilled = new float[4 * 128];
        using LanguageModelState one = new(Golden.Model, Golden.Condition, 3, 300), two = new(Golden.Model, Golden.Condition, 3, 300);
        for (int n = 0; n < 300; n++) one.Step(tokens.AsSpan(4 * n, 4), stepped);
        two.Prefill(tokens.AsSpan(0, 4 * 299));
        two.Step(tokens.AsSpan(4 * 299), prefilled);
        Assert.InRange(GoldenSignal.Distance(prefilled, stepped), 0, Bound);
    }

    [Fact]
    public void Generate_Greedy_EqualsTheRecordedCodes() => AssertCodes("lm.greedy20.codes.npy", new(20), new(Temperature: 0));

    [Fact]
    public void Generate_GreedyAfterPrompt_EqualsTheRecordedCodes() =>
        AssertCodes("lm.greedy_continue6.codes.npy", new(14, Prompt: GoldenLanguageModel.Codes("lm.codes.npy").Slice(0, 6)), new(TopK: 1));

    [Fact]
    public void Generate_Sampled_EqualsTheRecordedCodes() => AssertCodes("lm.sampled20.codes.npy", new(20), new(Temperature: 0.9, TopK: 8), RecordedChance);

    /// <summary>The numbers that the recorded run was sampled with.</summary>
    protected static double RecordedChance(int step, int codebook) => (GoldenFormula.Unit(GoldenFormula.Hash($"sample.u.{codebook}"), step) + 1) / 2;

    void AssertCodes(string file, GenerationPlan plan, SamplingSettings settings, Func<int, int, double>? chance = null)
    {
        using CodeGeneration generation = Golden.Generate(plan, settings, chance);
        Assert.Equal(plan.Frames + 3, generation.Steps);
        Assert.Equal(CodesOf.All(GoldenLanguageModel.Codes(file)), CodesOf.All(CodesOf.Run(generation)));
    }

    protected static void AssertClose(string file, float[] actual)
    {
        double distance = GoldenSignal.Distance(actual, Npy.Read(Folder, file));
        Assert.True(distance <= Bound, $"{file} is {distance:E2} away.");
    }

    /// <summary>(T, K, V) → (K, T, V).</summary>
    static float[] ByCodebook(float[] logits)
    {
        const int codebooks = 4, codes = 128;
        int positions = logits.Length / codebooks / codes;
        return [.. Enumerable.Range(0, codebooks).SelectMany(k => Enumerable.Range(0, positions).SelectMany(t => logits[(((t * codebooks) + k) * codes)..(((t * codebooks) + k + 1) * codes)]))];
    }
}
