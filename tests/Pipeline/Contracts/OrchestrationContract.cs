using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Tests.Contracts;

/// <summary>What every host of orchestrations does alike.</summary>
public abstract class OrchestrationContract
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(20);
    readonly string id = $"test-{Guid.NewGuid():N}";

    protected abstract IOrchestrationClient Client { get; }

    /// <summary>The program ends without a word, and another one goes on with what was recorded.</summary>
    /// <param name="orchestrations">What the other one knows.</param>
    protected abstract Task RestartAsync(IReadOnlyList<OrchestrationDefinition> orchestrations);

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
    public async Task GrandchildsFault_IsNamedWhereItBegan() =>
        Assert.Equal("Work|System.IO.IOException|x broke", await ResultAsync(Probes.GrandparentOfBroken));

    [Fact]
    public async Task FaultOfTheOrchestrationItself_BearsItsName() =>
        Assert.Equal("Faulty|System.InvalidOperationException|nothing is right with me", await ResultAsync(Probes.ParentOfFaulty));

    [Fact]
    public async Task ChildsProblem_ArrivesAsTheSameProblem() => Assert.Equal("unreadable-audio r is no audio", await ResultAsync(Probes.ParentOfRefused));

    [Fact]
    public async Task Payload_OfAnyShape_ComesBackTheSame() =>
        Assert.Equal(Payload.Write<AnyShape?[]>([AnyShape.Sample, null]).GetRawText(), await ResultAsync(Probes.Shapes));

    [Fact]
    public async Task Events_EarlyOnesCount_NamesIgnoreCase_TimeOutsLoseNothing()
    {
        await StartAsync(Probes.Waits);
        await Client.RaiseEventAsync(id, "WORD", Payload.Write("one"));
        await UntilAsync(() => Work.Runs.ContainsKey(id + "timed-out"));
        await Client.RaiseEventAsync(id, "word", Payload.Write("two"));
        Assert.Equal("one none two", Outcome.Unwrap<string>((await EndAsync()).Output!.Value));
    }

    [Fact]
    public async Task Event_ToNobody_IsAcceptedAndLost()
    {
        await Client.RaiseEventAsync(id, "word", Payload.Write("lost"));
        await StartAsync(Probes.Waits);
        await Client.RaiseEventAsync(id, "word", Payload.Write("one"));
        await UntilAsync(() => Work.Runs.ContainsKey(id + "timed-out"));
        await Client.RaiseEventAsync(id, "word", Payload.Write("two"));
        Assert.Equal("one none two", Outcome.Unwrap<string>((await EndAsync()).Output!.Value));
        await Client.RaiseEventAsync(id, "word", Payload.Write("late"));
        Assert.Equal(InstanceStatus.Completed, (await Client.FindAsync(id))!.Status);
    }

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
    public async Task Start_ByManyAtOnce_MakesOneInstance()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => StartAsync(Probes.Chain))));
        Assert.Equal("5", Outcome.Unwrap<string>((await EndAsync()).Output!.Value));
        Assert.Equal(1, Work.Runs[id + "step0"]);
    }

    [Fact]
    public async Task Start_IdOfOneThatFailedOrWasTerminated_LeavesIt()
    {
        await RunAsync(Probes.Broken);
        await StartAsync(Probes.Chain);
        Assert.Equal(("Broken", InstanceStatus.Failed), await NameAndStatusAsync(id));

        await Client.StartAsync(Probes.Waits, id + "t", id);
        await Client.TerminateAsync(id + "t", "enough");
        await Client.StartAsync(Probes.Chain, id + "t", id);
        Assert.Equal(("Waits", InstanceStatus.Terminated), await NameAndStatusAsync(id + "t"));
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
    public async Task Terminate_EndedOrUnknown_ChangesNothing()
    {
        await RunAsync(Probes.Chain);
        await Client.TerminateAsync(id, "too late");
        Assert.Equal(InstanceStatus.Completed, (await Client.FindAsync(id))!.Status);
        await Client.TerminateAsync("nobody", "nobody");
        Assert.Null(await Client.FindAsync("nobody"));
    }

    [Fact]
    public async Task Terminate_Grandparent_EndsAllBelow_PurgeForgetsThem()
    {
        await StartAsync(Probes.GrandparentOfWaits);
        string child = $"{id}.ParentOfWaits.0", grandchild = $"{child}.Waits.0";
        await UntilThereAsync(grandchild);
        await Client.TerminateAsync(id, "enough");
        foreach (string one in (string[])[id, child, grandchild]) Assert.Equal(InstanceStatus.Terminated, (await EndAsync(one)).Status);
        await Client.PurgeAsync(id);
        foreach (string one in (string[])[id, child, grandchild]) Assert.Null(await Client.FindAsync(one));
    }

    [Fact]
    public async Task Restart_NewVersion_StartsAgainFromTheInput()
    {
        await StartAsync(Probes.Waits);
        await RestartAsync([new Orchestration<string, string>("Waits", 2, (_, input) => Task.FromResult($"second story of {input}"))]);
        Assert.Equal($"second story of {id}", Outcome.Unwrap<string>((await EndAsync()).Output!.Value));
    }

    [Fact]
    public async Task Restart_NewVersionOfAChild_StartsItAgainAndTheParentHearsNothingOfIt()
    {
        await StartAsync(Probes.ParentOfWaits);
        await UntilThereAsync($"{id}.Waits.0");
        await RestartAsync([new Orchestration<string, string>("Waits", 2, (_, input) => Task.FromResult($"second story of {input}")), Probes.ParentOfWaits]);
        Assert.Equal($"second story of {id}", Outcome.Unwrap<string>((await EndAsync()).Output!.Value));
    }

    [Fact]
    public async Task Restart_NewVersionOfWhatHasEnded_LeavesIt()
    {
        await StartAsync(Probes.Waits);
        await Client.TerminateAsync(id, "enough");
        await Client.StartAsync(Probes.Chain, id + "c", id);
        await EndAsync(id + "c");
        await RestartAsync([new Orchestration<string, string>("Waits", 2, (_, _) => Task.FromResult("again")), new Orchestration<string, string>("Chain", 2, (_, _) => Task.FromResult("again"))]);
        InstanceState terminated = (await Client.FindAsync(id))!, completed = (await Client.FindAsync(id + "c"))!;
        Assert.Equal((InstanceStatus.Terminated, "enough"), (terminated.Status, terminated.Error));
        Assert.Equal("5", Outcome.Unwrap<string>(completed.Output!.Value));
    }

    [Fact]
    public async Task Restart_OrchestrationGone_FailsByName()
    {
        await StartAsync(Probes.Waits);
        await RestartAsync([]);
        InstanceState ended = await EndAsync();
        Assert.Equal(InstanceStatus.Failed, ended.Status);
        Assert.Contains("'Waits'", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_AsksForAnotherStep_FailsTheInstance()
    {
        InstanceState ended = await RunAsync(Probes.Wavering);
        Assert.Equal(InstanceStatus.Failed, ended.Status);
        Assert.Contains("StubbornWork", ended.Error, StringComparison.Ordinal);
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
        InstanceState? state = null;
        await UntilAsync(async () => (state = await Client.FindAsync(instance ?? id)) is { Status: not InstanceStatus.Running });
        return state!;
    }

    Task UntilThereAsync(string instance) => UntilAsync(async () => await Client.FindAsync(instance) is not null);

    static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(patience);
        while (!await isSo()) await Task.Delay(10, limit.Token);
    }

    async Task<(string Name, InstanceStatus Status)> NameAndStatusAsync(string instance)
    {
        InstanceState state = (await Client.FindAsync(instance))!;
        return (state.Name, state.Status);
    }

    async Task<string> ResultAsync(Orchestration<string, string> probe)
    {
        InstanceState ended = await RunAsync(probe);
        Assert.True(ended.Status == InstanceStatus.Completed, ended.Error);
        return Outcome.Unwrap<string>(ended.Output!.Value);
    }
}
