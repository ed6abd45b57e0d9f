using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Contracts;

namespace DgxMusic.LocalHost.Tests.Runner;

public sealed class LocalRunnerTests : OrchestrationContract, IAsyncLifetime
{
    readonly RunnerHost host = new();

    protected override IOrchestrationClient Client => host.Runner;

    protected override Task RestartAsync(IReadOnlyList<OrchestrationDefinition> orchestrations) => host.CrashAndRestartAsync(orchestrations);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    [Trait("Requirement", "A-61")]
    public async Task Crash_InAChain_GoesOnWithoutRunningWhatHadEnded()
    {
        string id = $"crash-{Guid.NewGuid():N}";
        await Client.StartAsync(Probes.SlowChain, id, id);
        for (int crash = 0; crash < 3; crash++)
        {
            await Task.Delay(60);
            await host.CrashAndRestartAsync();
        }

        InstanceState ended = await EndAsync(id);
        Assert.True(ended.Status == InstanceStatus.Completed, ended.Error);
        int[] runs = [.. Enumerable.Range(0, 8).Select(n => Work.Runs[$"{id}slow{n}"])];
        // Each crash may repeat the one step in flight, and that one only.
        Assert.InRange(runs.Sum(), 8, 11);
    }

    [Fact]
    [Trait("Requirement", "A-62")]
    public async Task Crash_WhileAChildRuns_ParentHearsOfIt()
    {
        string id = $"crash-{Guid.NewGuid():N}";
        await Client.StartAsync(Probes.Parent, id, id);
        await Task.Delay(5);
        await host.CrashAndRestartAsync();
        InstanceState ended = await EndAsync(id);
        Assert.Equal(InstanceStatus.Completed, ended.Status);
    }

    [Fact]
    public async Task Crash_BeforeAnEventIsHeard_KeepsIt()
    {
        string id = $"crash-{Guid.NewGuid():N}";
        await Client.StartAsync(Probes.Waits, id, id);
        await Client.RaiseEventAsync(id, "word", Payload.Write("one"));
        await host.CrashAndRestartAsync();
        await Client.RaiseEventAsync(id, "word", Payload.Write("two"));
        await Client.RaiseEventAsync(id, "word", Payload.Write("three"));
        Assert.Equal("one two three", Outcome.Unwrap<string>((await EndAsync(id)).Output!.Value));
    }

    [Fact]
    public async Task Restart_OtherStepThanRecorded_FailsNamingBoth()
    {
        string id = $"fickle-{Guid.NewGuid():N}";
        await Client.StartAsync(Probes.Fickle, id, id);
        await Task.Delay(100);
        await host.CrashAndRestartAsync();

        InstanceState ended = await EndAsync(id);
        Assert.Equal(InstanceStatus.Failed, ended.Status);
        Assert.Contains("step 0", ended.Error, StringComparison.Ordinal);
        Assert.Contains("pass1", ended.Error, StringComparison.Ordinal);
        Assert.Contains("pass2", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(Probes.NotDurable), "not durable")]
    [InlineData(nameof(Probes.NotDurableAfterTimeout), "not durable")]
    [InlineData(nameof(Probes.OffThread), "not durable")]
    public async Task Orchestration_LeavesItsThread_FailsAndSaysHow(string probe, string reason)
    {
        var definition = (Orchestration<string, string>)Probes.Orchestrations.Single(orchestration => orchestration.Name == probe);
        InstanceState ended = await RunAsync(definition);
        Assert.Equal(InstanceStatus.Failed, ended.Status);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_NewVersion_HearsAgainWhatTheOldOneHeard()
    {
        string id = $"heard-{Guid.NewGuid():N}";
        await Client.StartAsync(Probes.Waits, id, id);
        await Client.RaiseEventAsync(id, "word", Payload.Write("one"));
        await Task.Delay(50);
        var next = new Orchestration<string, string>("Waits", 2, async (context, _) => await context.WaitForExternalEvent<string>("word"));
        await host.CrashAndRestartAsync([next]);
        Assert.Equal("one", Outcome.Unwrap<string>((await EndAsync(id)).Output!.Value));
    }

    [Fact]
    public async Task End_StoryThatDiffersOnReplay_FailsWithoutACrash()
    {
        InstanceState ended = await RunAsync(Probes.Moody);
        Assert.Equal(InstanceStatus.Failed, ended.Status);
        Assert.Contains("history says", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyInstances_AllEnd()
    {
        string prefix = $"many-{Guid.NewGuid():N}-";
        await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Client.StartAsync(Probes.Chain, prefix + n, prefix + n)));
        for (int n = 0; n < 200; n++) Assert.Equal("5", Outcome.Unwrap<string>((await EndAsync(prefix + n)).Output!.Value));
    }
}
