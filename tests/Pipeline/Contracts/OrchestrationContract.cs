using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Contracts;

/// <summary>What every host of orchestrations does alike.</summary>
public abstract class OrchestrationContract
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(20);
    readonly string id = $"test-{Guid.NewGuid():N}";

    protected abstract IOrchestrationClient Client { get; }

    [Fact]
    public async Task Chain_RunsEveryStepOnce() => Assert.Equal("5", await ResultAsync(Probes.Chain));

    [Fact]
    public async Task FanOut_KeepsTheOrderAsked() => Assert.Equal("1,1,1,1,1", await ResultAsync(Probes.FanOut));

    [Fact]
    public async Task Problem_ArrivesAsTheSameProblemAndIsNotRetried()
    {
        Assert.Equal("unreadable-audio b is no audio b", await ResultAsync(Probes.Refused));
        Assert.Equal(1, Work.Runs[id + "b"]);
    }

    [Fact]
    public async Task Cancellation_PassesThroughAsItsOwnOutcome()
    {
        InstanceState ended = await RunAsync(Probes.Cancelled);
        Assert.Equal(InstanceStatus.Completed, ended.Status);
        Assert.Throws<JobCancelledException>(() => Outcome.Unwrap<string>(ended.Output!.Value));
        Assert.Equal(1, Work.Runs[id + "c"]);
    }

    [Fact]
    public async Task Fault_IsTriedAgainAsTheDefinitionSays() => Assert.Equal("3", await ResultAsync(Probes.Retried));

    [Fact]
    public async Task Fault_WithoutRetries_FailsTheInstanceNamingTheStep()
    {
        InstanceState ended = await RunAsync(Probes.Broken);
        Assert.Equal(InstanceStatus.Failed, ended.Status);
        Assert.Contains("x broke", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Child_RunsAndReturns() => Assert.Equal("5,5", await ResultAsync(Probes.Parent));

    [Fact]
    public async Task ChildsFault_IsNamedWhereItBegan() =>
        Assert.Equal("Work|System.IO.IOException|x broke", await ResultAsync(Probes.ParentOfBroken));

    [Fact]
    public async Task Events_EarlyOnesCount_NamesIgnoreCase_TimeOutsLoseNothing()
    {
        await StartAsync(Probes.Waits);
        await Client.RaiseEventAsync(id, "WORD", Payload.Write("one"));
        await Task.Delay(400);
        await Client.RaiseEventAsync(id, "word", Payload.Write("two"));
        Assert.Equal("one none two", Outcome.Unwrap<string>((await EndAsync()).Output!.Value));
    }

    [Fact]
    public async Task Event_ToNobody_IsAccepted() => await Client.RaiseEventAsync("nobody", "word", Payload.Write("x"));

    [Fact]
    public async Task Timer_FiresAndCancelledOnesHoldNothing() => Assert.Equal("True Utc True True", await ResultAsync(Probes.Timed));

    [Fact]
    public async Task OpenWork_HoldsTheEnd()
    {
        await StartAsync(Probes.LeavesWork);
        await Task.Delay(120);
        Assert.Equal(InstanceStatus.Running, (await Client.FindAsync(id))!.Status);
        Assert.Equal("False", Outcome.Unwrap<string>((await EndAsync()).Output!.Value));
    }

    [Fact]
    public async Task UnknownActivity_FailsTheStepByName() => Assert.Contains("Unlisted", await ResultAsync(Probes.Nowhere), StringComparison.Ordinal);

    [Fact]
    public async Task Start_IdTaken_LeavesTheFirst()
    {
        await StartAsync(Probes.LeavesWork);
        await Client.StartAsync(Probes.Chain, id, id);
        Assert.Equal("LeavesWork", (await EndAsync()).Name);
        await Client.StartAsync(Probes.Chain, id, id);
        Assert.Equal("LeavesWork", (await Client.FindAsync(id))!.Name);
    }

    [Fact]
    public async Task Terminate_EndsAWaitingInstance()
    {
        await StartAsync(Probes.Waits);
        await Client.TerminateAsync(id, "no longer wanted");
        InstanceState ended = await EndAsync();
        Assert.Equal(InstanceStatus.Terminated, ended.Status);
        Assert.Contains("no longer wanted", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_ForgetsEndedInstancesOnly()
    {
        await StartAsync(Probes.Waits);
        await Client.PurgeAsync(id);
        Assert.NotNull(await Client.FindAsync(id));
        await Client.TerminateAsync(id, "over");
        await Client.PurgeAsync(id);
        Assert.Null(await Client.FindAsync(id));
    }

    protected async Task<InstanceState> RunAsync(Orchestration<string, string> probe)
    {
        await StartAsync(probe);
        return await EndAsync();
    }

    protected Task StartAsync(Orchestration<string, string> probe) => Client.StartAsync(probe, id, id);

    protected async Task<InstanceState> EndAsync(string? instance = null)
    {
        using var limit = new CancellationTokenSource(patience);
        while (true)
        {
            if (await Client.FindAsync(instance ?? id) is { Status: not InstanceStatus.Running } ended) return ended;
            await Task.Delay(10, limit.Token);
        }
    }

    async Task<string> ResultAsync(Orchestration<string, string> probe)
    {
        InstanceState ended = await RunAsync(probe);
        Assert.True(ended.Status == InstanceStatus.Completed, ended.Error);
        return Outcome.Unwrap<string>(ended.Output!.Value);
    }
}
