namespace DgxMusic.EndToEnd.Tests;

public sealed class SettingsTests
{
    [Theory]
    [Trait("Requirement", "X-17")]
    [InlineData("DGXMUSIC_Pipeline__MaxConcurrentJobs", "0", "MaxConcurrentJobs")]
    [InlineData("DGXMUSIC_Pipeline__MaxConcurrentJobs", "many", "'many'")]
    [InlineData("DGXMUSIC_Pipeline__MaxConcurentJobs", "2", "MaxConcurrentJobs")]
    [InlineData("DGXMUSIC_Runner__Cpu", "-1", "Cpu")]
    public async Task Start_WrongSetting_FailsWithASentenceThatNamesIt(string name, string value, string named)
    {
        using var folder = new ScratchFolder();
        foreach (string[] command in (string[][])[["generate", "calm piano", "--duration", "1"], ["serve", "--port", "0"]])
        {
            Run run = await Dgxmusic.RunAsync(new Dictionary<string, string> { [name] = value }, [.. command, "--data", folder["data"]]);
            Assert.Equal(1, run.ExitCode);
            Assert.Empty(run.Output);
            Assert.StartsWith("A setting is wrong.", run.Errors, StringComparison.Ordinal);
            Assert.Contains(named, run.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        }
    }
}
