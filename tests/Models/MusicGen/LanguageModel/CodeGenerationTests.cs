using DgxMusic.Contracts;
using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;
using DgxMusic.Tensors.Managed;

namespace DgxMusic.Models.Tests.MusicGen.LanguageModel;

public sealed class CodeGenerationTests : IDisposable
{
    static readonly SamplingSettings warm = new(Temperature: 1.2, TopK: 60);
    static readonly GenerationPlan windowed = new(31, PassFrames: 12, StrideFrames: 5);

    readonly GoldenLanguageModel golden = new(new ManagedEngine(threads: 2));

    public void Dispose() => golden.Dispose();

    [Fact]
    public void Resume_AfterEveryStep_EndsWithTheRecordedCodes()
    {
        int[] recorded = CodesOf.All(GoldenLanguageModel.Codes("lm.greedy20.codes.npy"));
        var plan = new GenerationPlan(20);
        using CodeGeneration first = golden.Generate(plan, new(Temperature: 0));
        do
        {
            using CodeGeneration second = golden.Generate(plan, new(Temperature: 0));
            second.Resume(TokenState.From(first.State.ToBytes()));
            Assert.Equal(first.StepsDone, second.StepsDone);
            Assert.Equal(recorded, CodesOf.All(CodesOf.Run(second)));
        }
        while (first.Step());
        Assert.Equal(23, first.StepsDone);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Resume_AtRandomCutsOfSeveralWindows_ChangesNothing(uint seed)
    {
        Codes undisturbed = Run(windowed);
        TokenState state = new(0, Codes.None(4));
        int cut = 0;
        for (bool isDone = false; !isDone; cut++)
        {
            using CodeGeneration part = golden.Generate(windowed, warm);
            part.Resume(TokenState.From(state.ToBytes()));
            int steps = 1 + (int)(new Chance(seed).At(cut, 0) * 5);
            while (steps-- > 0 && !isDone) isDone = !part.Step();
            state = part.State;
        }

        Assert.InRange(cut, 46 / 5, 46 + 1);
        Assert.Equal(CodesOf.All(undisturbed), CodesOf.All(state.Codes));
    }

    [Fact]
    public void Resume_WithinTheSameGeneration_GoesBack()
    {
        using CodeGeneration generation = golden.Generate(windowed, warm);
        for (int n = 0; n < 20; n++) generation.Step();
        TokenState early = generation.State;
        int[] once = CodesOf.All(CodesOf.Run(generation));
        generation.Resume(early);
        Assert.Equal(once, CodesOf.All(CodesOf.Run(generation)));
        generation.Resume(new(0, Codes.None(4)));
        Assert.Equal(once, CodesOf.All(CodesOf.Run(generation)));
    }

    [Fact]
    public void Resume_OwnState_TakesNothingInAgain()
    {
        List<int> heard = [];
        golden.Model.Probe = (name, x) =>
        {
            if (name == "layer0.out") heard.Add(x.Size(1));
        };
        using CodeGeneration generation = golden.Generate(windowed, warm);
        for (int n = 0; n < 10; n++) generation.Step();
        TokenState state = generation.State;
        for (int n = 0; n < 4; n++) generation.Step();
        Assert.Equal(Enumerable.Repeat(1, 14), heard);
        generation.Resume(state);
        for (int n = 0; n < 8; n++) generation.Step();
        // Steps 10 to 14 again; then a window that knows 7 positions, of which the first is the same in every window.
        Assert.Equal([.. Enumerable.Repeat(1, 19), 6, 1, 1, 1], heard);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Windows_SeveralPasses_AreContinuationsOfWhatTheyKeep(int promptFrames)
    {
        // Window by window by hand: each a generation of its own, begun with what the last one left, its chance counted on.
        Codes? prompt = promptFrames == 0 ? null : GoldenLanguageModel.Codes("lm.codes.npy").Slice(0, promptFrames);
        GenerationPlan plan = windowed with { Prompt = prompt };
        Codes all = prompt ?? Codes.None(4);
        int steps = 0;
        for (int start = 0; all.Frames < plan.TotalFrames; start += 5)
        {
            Codes known = all.Slice(start, all.Frames);
            int end = Math.Min(start + 12, plan.TotalFrames), from = start;
            using CodeGeneration window = golden.Generate(new(end - all.Frames, Prompt: known), warm, (step, codebook) => new Chance(7).At(from + step, codebook));
            all = all.Append(CodesOf.Run(window).Slice(known.Frames, end - start));
            steps += window.Steps;
        }

        using CodeGeneration whole = golden.Generate(plan, warm);
        Assert.Equal(steps, whole.Steps);
        Assert.Equal(CodesOf.All(all), CodesOf.All(CodesOf.Run(whole)));
    }

    [Fact]
    public void Step_WhateverTheWindows_DrawsEachNumberOnce()
    {
        HashSet<(int, int)> drawn = [];
        using CodeGeneration generation = golden.Generate(windowed, warm, (step, codebook) => drawn.Add((step, codebook)) ? new Chance(7).At(step, codebook) : throw new InvalidOperationException("drawn before"));
        CodesOf.Run(generation);
        Assert.Equal(from codebook in Enumerable.Range(0, 4) from frame in Enumerable.Range(0, 31) select (frame + codebook, codebook), drawn.OrderBy(draw => draw.Item2).ThenBy(draw => draw.Item1));
    }

    [Fact]
    public void Step_Stereo_WritesPairsAtOnce()
    {
        using var stereo = new GoldenLanguageModel(new ManagedEngine(threads: 2), audioChannels: 2);
        List<(int, int)> drawn = [];
        using CodeGeneration generation = stereo.Generate(new(5), warm, (step, codebook) =>
        {
            drawn.Add((step, codebook));
            return 0.5;
        });
        Assert.Equal(6, generation.Steps);
        generation.Step();
        Assert.Equal([(0, 0), (0, 1)], drawn);
        generation.Step();
        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3)], drawn);
        Assert.Equal(5, CodesOf.Run(generation).Frames);
    }

    [Fact]
    public void Step_Cancelled_CanBeRepeated()
    {
        int[] undisturbed = CodesOf.All(Run(windowed));
        using CodeGeneration generation = golden.Generate(windowed, warm);
        using var stopping = new CancellationTokenSource();
        for (int n = 0; n < 17; n++) generation.Step(stopping.Token);
        stopping.Cancel();
        Assert.Throws<OperationCanceledException>(() => generation.Step(stopping.Token));
        Assert.Equal(17, generation.StepsDone);
        Assert.Equal(undisturbed, CodesOf.All(CodesOf.Run(generation)));
    }

    [Fact]
    public void Step_FailedAfterTheModel_CanBeRepeated()
    {
        int[] undisturbed = CodesOf.All(Run(windowed));
        bool fails = true;
        using CodeGeneration generation = golden.Generate(windowed, warm, (step, codebook) =>
            (step, codebook) == (9, 2) && fails ? throw new InvalidOperationException("once") : new Chance(7).At(step, codebook));
        Assert.Throws<InvalidOperationException>(() => CodesOf.Run(generation));
        fails = false;
        Assert.Equal(9, generation.StepsDone);
        Assert.Equal(undisturbed, CodesOf.All(CodesOf.Run(generation)));
    }

    [Fact]
    public void Finished_StepsLeft_Throws()
    {
        using CodeGeneration generation = golden.Generate(new(2), warm);
        generation.Step();
        Assert.Throws<InvalidOperationException>(() => generation.Finished);
        CodesOf.Run(generation);
        Assert.False(generation.Step());
        Assert.Equal(generation.Steps, generation.StepsDone);
    }

    [Fact]
    public void Resume_StateOfAnotherPlan_IsRefused()
    {
        using CodeGeneration generation = golden.Generate(windowed, warm);
        for (int n = 0; n < 6; n++) generation.Step();
        TokenState state = generation.State;
        Codes prompt = GoldenLanguageModel.Codes("lm.codes.npy").Slice(0, 3);
        using CodeGeneration other = golden.Generate(windowed with { Prompt = prompt }, warm);
        Assert.Throws<ArgumentException>(() => other.Resume(state));
        foreach (TokenState wrong in (TokenState[])[
            state with { StepsDone = 7 }, state with { StepsDone = 5 }, state with { StepsDone = 1000 }, state with { StepsDone = -1 },
            state with { Codes = state.Codes.Slice(0, 5) }, state with { Codes = new(4, 6, [.. CodesOf.All(state.Codes).Select(code => code == 128 ? 5 : code)]) },
            state with { Codes = new(4, 6, new int[24]) }, state with { Codes = new(2, 6, new int[12]) }, state with { Codes = new(4, 6, [.. CodesOf.All(state.Codes)[..23], 500]) }])
        {
            Assert.Throws<ArgumentException>(() => generation.Resume(wrong));
        }

        Assert.Equal(0, generation.StepsDone);
        generation.Resume(state);
        Assert.Equal(CodesOf.All(Run(windowed)), CodesOf.All(CodesOf.Run(generation)));
    }

    [Fact]
    public void State_Bytes_AreTwoACodeAndReadBack()
    {
        using CodeGeneration generation = golden.Generate(windowed, warm);
        for (int n = 0; n < 20; n++) generation.Step();
        byte[] bytes = generation.State.ToBytes();
        Assert.Equal(8 + (2 * 4 * generation.State.Codes.Frames), bytes.Length);
        TokenState back = TokenState.From(bytes);
        Assert.Equal((20, generation.State.Codes.Frames), (back.StepsDone, back.Codes.Frames));
        Assert.Equal(CodesOf.All(generation.State.Codes), CodesOf.All(back.Codes));
        Assert.Throws<ArgumentException>(() => TokenState.From(bytes.AsSpan(0, bytes.Length - 1)));
        Assert.Throws<ArgumentException>(() => TokenState.From(bytes.AsSpan(0, 7)));
        Assert.Throws<ArgumentException>(() => TokenState.From(new byte[64]));
    }

    [Fact]
    public void Step_ModelGivesNoNumbers_SaysSoAndWritesNothing()
    {
        float[] nothing = new float[48];
        Array.Fill(nothing, float.NaN);
        using Condition broken = golden.Model.Read(golden.Engine.Upload(nothing, 1, 48));
        using var generation = new CodeGeneration(golden.Model, broken, new(4), new(warm, new Chance(7).At));
        var refusal = Assert.Throws<PipelineException>(() => CodesOf.Run(generation));
        Assert.Equal(Problem.InvalidOutput, refusal.Problem);
        Assert.Equal((0, 0), (generation.StepsDone, generation.State.Codes.Frames));
    }

    [Theory]
    [InlineData(-0.1, 250, 0.0, 3.0)]
    [InlineData(double.NaN, 250, 0.0, 3.0)]
    [InlineData(double.PositiveInfinity, 250, 0.0, 3.0)]
    [InlineData(1.0, -1, 0.0, 3.0)]
    [InlineData(1.0, 250, 1.1, 3.0)]
    [InlineData(1.0, 250, double.NaN, 3.0)]
    [InlineData(1.0, 250, 0.0, double.NaN)]
    [InlineData(1.0, 250, 0.0, 1e300)]
    public void Create_SettingsOutOfRange_IsRefused(double temperature, int topK, double topP, double guidance) =>
        Assert.Throws<ArgumentException>(() => golden.Generate(new(4), new(temperature, topK, topP, guidance)));

    Codes Run(GenerationPlan plan)
    {
        using CodeGeneration generation = golden.Generate(plan, warm);
        return CodesOf.Run(generation);
    }
}
