namespace DgxMusic.EndToEnd.Tests;

public sealed class ChaosTests
{
    [Fact]
    [Trait("Requirement", "A-61")]
    [Trait("Requirement", "A-62")]
    [Trait("Requirement", "X-09")]
    [Trait("Requirement", "D-12")]
    public async Task MixedJobs_ServerKilledThreeTimes_EndAsIfNothingHadHappened()
    {
        using var scratch = new ScratchFolder();
        var settings = new Dictionary<string, string> { ["Pipeline__MaxConcurrentJobs"] = "2", ["Logging__LogLevel__DgxMusic.LocalHost.Runner"] = "Debug" };
        var run = new ChaosRun(data => Dgxmusic.Start(settings, "serve", "--port", "0", "--data", data), scratch["chaos"], jobs: 10, kills: 3, seed: 1);

        ChaosReport report = await run.RunAsync();

        Assert.True(report.Faults.Count == 0, string.Join('\n', report.Faults));
    }
}
