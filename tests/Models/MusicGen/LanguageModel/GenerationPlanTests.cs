using DgxMusic.Models.MusicGen;
using DgxMusic.Models.MusicGen.LanguageModel;

namespace DgxMusic.Models.Tests.MusicGen.LanguageModel;

public sealed class GenerationPlanTests
{
    static readonly LanguageModelConfig config = new(64, 3, 4, 256, 4, 128, 2048, 1);

    [Fact]
    public void Windows_WithinAPass_IsOne() => Assert.Equal([new(0, 1500, 0)], new GenerationPlan(1500).Windows);

    [Fact]
    public void Windows_Minute_SlidesBy18Seconds() =>
        Assert.Equal([new(0, 1500, 0), new(900, 1500, 600), new(1800, 1200, 600)], new GenerationPlan(3000).Windows);

    [Fact]
    public void Windows_OneFrameMore_AddsAShortOne() => Assert.Equal([new(0, 12, 0), new(5, 8, 7)], new GenerationPlan(13, 12, 5).Windows);

    [Fact]
    public void Windows_Prompt_CountsToThePass() =>
        Assert.Equal([new(0, 12, 10), new(5, 12, 7), new(10, 10, 7)], new GenerationPlan(10, 12, 5, Prompt(10)).Windows);

    [Theory]
    [InlineData(1, 12, 5, 0)]
    [InlineData(29_999, 1500, 900, 0)]
    [InlineData(40, 12, 11, 11)]
    [InlineData(40, 12, 1, 3)]
    [InlineData(1, 2, 1, 1)]
    public void Windows_AnyPlan_WriteEveryFrameOnce(int frames, int pass, int stride, int prompt)
    {
        var plan = new GenerationPlan(frames, pass, stride, Prompt(prompt));
        plan.Check(config, new(4, 1));
        int written = prompt;
        foreach (GenerationWindow window in plan.Windows)
        {
            Assert.Equal(written, window.Start + window.Known);
            Assert.InRange(window.Frames, window.Known + 1, pass);
            Assert.True(window.Start == 0 || window.Known == pass - stride);
            written = window.Start + window.Frames;
        }

        Assert.Equal(plan.TotalFrames, written);
    }

    [Theory]
    [InlineData(0, 1500, 900, 0, "0 frames")]
    [InlineData(-1, 1500, 900, 0, "-1 frames")]
    [InlineData(10, 1501, 900, 0, "1 to 1500")]
    [InlineData(10, 0, 900, 0, "A pass of 0 frames")]
    [InlineData(10, 12, 5, 12, "A prompt of 12 frames leaves nothing of a pass of 12")]
    [InlineData(20, 12, 12, 0, "cannot slide by 12")]
    [InlineData(20, 12, 0, 0, "cannot slide by 0")]
    public void Check_NoMusicThatCanBeWritten_SaysWhy(int frames, int pass, int stride, int prompt, string part)
    {
        var refusal = Assert.Throws<ArgumentException>(() => new GenerationPlan(frames, pass, stride, Prompt(prompt)).Check(config, new(4, 1)));
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_PromptOfAnotherCodec_SaysWhy()
    {
        Assert.Throws<ArgumentException>(() => new GenerationPlan(10, Prompt: new(2, 1, [1, 2])).Check(config, new(4, 1)));
        Assert.Throws<ArgumentException>(() => new GenerationPlan(10, Prompt: new(4, 1, [1, 2, 3, 128])).Check(config, new(4, 1)));
        Assert.Throws<ArgumentException>(() => new GenerationPlan(10, Prompt: new(4, 1, [1, 2, 3, -1])).Check(config, new(4, 1)));
    }

    [Fact]
    public void Check_ModelOfFewPositions_AllowsWhatFitsThem()
    {
        LanguageModelConfig few = config with { MaxPositions = 20 };
        new GenerationPlan(17, 17).Check(few, new(4, 1));
        Assert.Contains("1 to 17", Assert.Throws<ArgumentException>(() => new GenerationPlan(17, 18).Check(few, new(4, 1))).Message, StringComparison.Ordinal);
    }

    static Codes Prompt(int frames) => new(4, frames, new int[4 * frames]);
}
