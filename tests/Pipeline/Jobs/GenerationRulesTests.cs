using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class GenerationRulesTests
{
    [Fact]
    [Trait("Requirement", "A-40")]
    public void Check_Blanks_AreTrimmedBeforeTheyCount()
    {
        Assert.Equal("abc", GenerationRules.Check(TestHost.Request("  abc\n")).Prompt);
        Assert.Contains("prompt", FaultsOf(TestHost.Request("  ab   ")).Keys);
    }

    [Theory]
    [InlineData(0, "duration")]
    [InlineData(0.99, "duration")]
    [InlineData(600.01, "duration")]
    [InlineData(double.NaN, "duration")]
    [InlineData(double.PositiveInfinity, "duration")]
    public void Check_DurationOutOfRange_NamesIt(double seconds, string field) =>
        Assert.Equal([field], FaultsOf(TestHost.Request(seconds: seconds)).Keys);

    [Fact]
    public void Check_EverythingWrong_NamesEveryFieldAtOnce()
    {
        GenerationRequest request = TestHost.Request("", 0) with
        {
            Bpm = double.NaN,
            Temperature = 0,
            TopK = -1,
            TopP = 1.5,
            CfgCoef = 0.5,
            Export = new() { TargetLufs = -80, SampleRateHz = 10 },
        };

        Assert.Equal(
            ["bpm", "cfg_coef", "duration", "prompt", "sample_rate", "target_lufs", "temperature", "top_k", "top_p"],
            FaultsOf(request).Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1.0, 40.0)]
    [InlineData(600.0, 220.0)]
    public void Check_EdgesOfTheRanges_AreAccepted(double seconds, double bpm) =>
        Assert.Equal(bpm, GenerationRules.Check(TestHost.Request(seconds: seconds) with { Bpm = bpm }).Bpm);

    [Fact]
    public void Check_FiveHundredPeopleEmoji_AreFiveHundredCharacters()
    {
        string prompt = string.Concat(Enumerable.Repeat("🎻", 500));
        Assert.Equal(prompt, GenerationRules.Check(TestHost.Request(prompt)).Prompt);
        Assert.Contains("prompt", FaultsOf(TestHost.Request(prompt + "🎻")).Keys);
    }

    [Fact]
    public void Check_Megabyte_IsRefused() => Assert.Contains("prompt", FaultsOf(TestHost.Request(new string('a', 1 << 20))).Keys);

    static IReadOnlyDictionary<string, string> FaultsOf(GenerationRequest request)
    {
        PipelineException refusal = Assert.Throws<PipelineException>(() => GenerationRules.Check(request));
        Assert.Equal(Problem.InvalidRequest, refusal.Problem);
        return refusal.Details;
    }
}
