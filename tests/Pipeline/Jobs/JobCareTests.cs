using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class JobCareTests
{
    [Fact]
    [Trait("Requirement", "D-26")]
    public async Task Sweep_JobStandsStillForTwoHours_FailsItAndLetsTheNextIn()
    {
        using var host = new TestHost();
        Job stuck = await host.SubmitAsync(), next = await host.SubmitAsync();
        host.Clock.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        await host.SweepAsync();
        Assert.Equal(JobStatus.Processing, (await host.ReadAsync(stuck)).Status);

        host.Clock.Advance(TimeSpan.FromSeconds(2));
        await host.SweepAsync();

        Job failed = await host.ReadAsync(stuck);
        Assert.Equal((JobStatus.Failed, "JOB_STUCK"), (failed.Status, failed.ErrorCode));
        Assert.Contains("2 hours", failed.ErrorMessage, StringComparison.Ordinal);
        Assert.NotNull(failed.CompletedAt);
        Assert.Equal(InstanceStatus.Terminated, (await host.Orchestrator.FindAsync(stuck.JobId))!.Status);
        // It waited as long as the other stood still, which is no fault of its own.
        Assert.Equal(JobStatus.Processing, (await host.ReadAsync(next)).Status);
    }

    [Fact]
    [Trait("Requirement", "D-26")]
    public async Task Sweep_JobWorksLongButMoves_LeavesItAlone()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync(TestHost.Request(seconds: 3));
        host.Player.BeforeBlock = async _ =>
        {
            host.Clock.Advance(TimeSpan.FromHours(1.5));
            await host.Get<JobCare>().SweepAsync();
        };
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(JobStatus.Completed, (await host.ReadAsync(job)).Status);
    }

    [Fact]
    [Trait("Requirement", "D-26")]
    public async Task Sweep_StuckJobThatWasToBeCancelled_IsCancelled()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        await host.Desk.CancelAsync(job.JobId, Caller.Owner, force: true);
        host.Clock.Advance(TimeSpan.FromHours(3));
        await host.SweepAsync();
        Assert.Equal(JobStatus.Cancelled, (await host.ReadAsync(job)).Status);
    }

    [Fact]
    [Trait("Requirement", "X-08")]
    public async Task Sweep_StuckJobMovesAfterAll_ItsLateResultChangesNothing()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        host.Orchestrator.BeforeActivity = async name =>
        {
            if (name != "PublishGeneration") return;
            host.Clock.Advance(TimeSpan.FromHours(3));
            await host.SweepAsync();
        };
        await host.Orchestrator.RunAllAsync();

        Job ended = await host.ReadAsync(job);
        Assert.Equal((JobStatus.Failed, "JOB_STUCK"), (ended.Status, ended.ErrorCode));
        Assert.DoesNotContain(host.Blobs.Names, name => name.StartsWith("outputs/", StringComparison.Ordinal));
        Assert.Equal(1, (await host.EventTypesAsync(job.JobId)).Count(JobEvents.IsLast));
    }

    [Theory]
    [Trait("Requirement", "A-62")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sweep_OrchestrationOfARestingJobIsGone_EndsItOrBeginsAgain(bool withoutTrace)
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        host.Orchestrator.DuringTimer = async _ =>
        {
            if (withoutTrace) await host.Orchestrator.PurgeAsync(job.JobId);
            else await host.Orchestrator.TerminateAsync(job.JobId, "somebody ended it");
            host.Rows.WritesLeft = 0;
        };
        await Assert.ThrowsAsync<CrashException>(host.Orchestrator.RunAllAsync);
        using var next = new TestHost(dead: host);
        await next.SweepAsync();
        await next.Orchestrator.RunAllAsync();

        Job ended = await next.ReadAsync(job);
        Assert.Equal(withoutTrace ? JobStatus.Completed : JobStatus.Failed, ended.Status);
        if (!withoutTrace) Assert.Contains("interrupted", ended.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_SevenDaysAfterTheEnd_GoAndTheJobStays()
    {
        using var host = new TestHost();
        Job failed = await host.SubmitAsync();
        for (int n = 0; n < 4; n++) host.Orchestrator.FailNext("PublishGeneration", new IOException("the disk is away"));
        await host.Orchestrator.RunAllAsync();
        Job completed = await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
        string[] Scratch() => [.. host.Blobs.Names.Where(name => name.StartsWith("work/", StringComparison.Ordinal))];
        Assert.Equal(JobStatus.Failed, (await host.ReadAsync(failed)).Status);
        Assert.NotEmpty(Scratch());
        Assert.All(Scratch(), name => Assert.Contains(failed.JobId, name, StringComparison.Ordinal));

        host.Clock.Advance(TimeSpan.FromDays(6.9));
        await host.SweepAsync();
        Assert.NotEmpty(Scratch());
        Assert.NotEmpty(await host.EventTypesAsync(failed.JobId));
        Assert.NotNull(await host.Orchestrator.FindAsync(completed.JobId));

        host.Clock.Advance(TimeSpan.FromDays(0.2));
        await host.SweepAsync();
        Assert.Empty(Scratch());
        foreach (Job job in new[] { failed, completed })
        {
            Assert.Empty(await host.EventTypesAsync(job.JobId));
            Assert.Null(await host.Orchestrator.FindAsync(job.JobId));
            Assert.True((await host.ReadAsync(job)).IsTerminal);
        }

        Assert.Contains(host.Blobs.Names, name => name.Contains(completed.JobId, StringComparison.Ordinal));
        Assert.Empty(await host.Catalog.QueryAsync("queue", "aging", null, 10));
    }
}
