using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;
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

    [Fact]
    public void Prefill_LongerThanABlock_EqualsStepsBitForBit()
    {
        int[] tokens = [.. Enumerable.Range(0, 4 * 300).Select(n => (n * 37) % 129)];
        float[][] stepped = Stepped(tokens, guidance: 2);
        using var state = new LanguageModelState(Golden.Model, Golden.Condition, 2, 300);
        state.Prefill(tokens.AsSpan(0, 4 * 299));
        float[] logits = new float[4 * 128];
        state.Step(tokens.AsSpan(4 * 299), logits);
        Assert.Equal(stepped[299], logits);
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

    float[][] Stepped(int[] tokens, float guidance)
    {
        using var state = new LanguageModelState(Golden.Model, Golden.Condition, guidance, tokens.Length / 4);
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
