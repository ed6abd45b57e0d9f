using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class JobQueueTests
{
    [Fact]
    [Trait("Requirement", "A-61")]
    public async Task Sweep_SlotTakenButNeverStarted_StartsTheJob()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        await host.Orchestrator.PurgeAsync(job.JobId);

        await host.Queue.SweepAsync();

        Assert.Equal(InstanceStatus.Running, (await host.Orchestrator.FindAsync(job.JobId))!.Status);
    }

    [Fact]
    [Trait("Requirement", "A-62")]
    public async Task Sweep_InstanceEndedWithoutClosing_FailsTheJobAndLetsTheNextIn()
    {
        using var host = new TestHost();
        Job lost = await host.SubmitAsync(), next = await host.SubmitAsync();
        await host.Orchestrator.TerminateAsync(lost.JobId, "the history was lost");

        await host.Queue.SweepAsync();

        Job closed = (await host.Ledger.FindAsync(lost.JobId))!;
        Assert.Equal(JobStatus.Failed, closed.Status);
        Assert.Contains("interrupted", closed.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("the history was lost", closed.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(JobStatus.Processing, (await host.Ledger.FindAsync(next.JobId))!.Status);
    }

    [Fact]
    public async Task Sweep_EntryWithoutAJob_IsRemovedAfterAMinute()
    {
        using var host = new TestHost();
        await host.Queue.EnterAsync(JobQueue.KeyFor(JobPriority.Normal, host.Clock.GetUtcNow().UtcDateTime, "gen_00000001"), "gen_00000001");

        await host.Queue.SweepAsync();
        Assert.Single(await host.Catalog.QueryAsync("queue", "pending", null, 10));

        host.Clock.Advance(TimeSpan.FromSeconds(61));
        await host.Queue.SweepAsync();
        Assert.Empty(await host.Catalog.QueryAsync("queue", "pending", null, 10));
    }

    [Fact]
    public async Task Admit_LimitOfThree_StartsThree()
    {
        using var host = new TestHost(maxConcurrentJobs: 3);
        List<Job> jobs = [];
        for (int n = 0; n < 5; n++) jobs.Add(await host.SubmitAsync());

        Assert.Equal([0, 0, 0, 1, 2], await Task.WhenAll(jobs.Select(async job => await host.Queue.PositionAsync((await host.Ledger.FindAsync(job.JobId))!))));
    }

    [Fact]
    [Trait("Requirement", "A-69")]
    public async Task Admit_JobsOfThreeClasses_GoesByClassThenByTime()
    {
        using var host = new TestHost();
        Job running = await host.SubmitAsync(), low = await host.SubmitAsync(priority: JobPriority.Low), normal = await host.SubmitAsync();
        Job high = await host.SubmitAsync(priority: JobPriority.High), later = await host.SubmitAsync(), urgent = await host.SubmitAsync(priority: JobPriority.High);

        int?[] positions = await Task.WhenAll(new[] { running, high, urgent, normal, later, low }.Select(job => host.Queue.PositionAsync(job)));
        Assert.Equal([0, 1, 2, 3, 4, 5], positions);
        await host.Orchestrator.RunAllAsync();

        List<Job> ended = [];
        foreach (Job job in new[] { running, high, urgent, normal, later, low }) ended.Add(await host.ReadAsync(job));
        Assert.All(ended, job => Assert.Equal(JobStatus.Completed, job.Status));
        Assert.Equal(ended.Select(job => job.JobId), host.Orchestrator.Roots);
    }

    [Fact]
    public void Admit_EntryOfAnEarlierVersion_StandsBetweenHighAndNormal()
    {
        string old = "0639000000000000000-gen_00000001";
        string[] keys = [JobQueue.KeyFor(JobPriority.Low, DateTime.UnixEpoch, "a"), JobQueue.KeyFor(JobPriority.Normal, DateTime.UnixEpoch, "a"), JobQueue.KeyFor(JobPriority.High, DateTime.MaxValue, "a"), old];
        Assert.Equal([keys[2], old, keys[1], keys[0]], keys.Order(StringComparer.Ordinal));
        Assert.Equal(new DateTime(639000000000000000, DateTimeKind.Utc), JobQueue.AcceptedAt(old));
        Assert.Equal(DateTime.UnixEpoch, JobQueue.AcceptedAt(keys[0]));
    }

    [Fact]
    public async Task Admit_FromManyThreads_NeverPassesTheLimit()
    {
        using var host = new TestHost(maxConcurrentJobs: 2);
        Job[] jobs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => host.Desk.SubmitAsync(TestHost.Request(), JobTerms.Local))));

        int running = 0;
        foreach (Job job in jobs) running += (await host.Ledger.FindAsync(job.JobId))!.Status == JobStatus.Processing ? 1 : 0;
        Assert.Equal(2, running);
    }
}
