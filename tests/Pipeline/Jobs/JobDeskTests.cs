using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class JobDeskTests
{
    [Fact]
    public async Task Submit_TwoJobs_FirstRunsSecondIsNext()
    {
        using var host = new TestHost();
        Job first = await host.SubmitAsync(), second = await host.SubmitAsync();

        Assert.Equal(JobStatus.Processing, first.Status);
        Assert.Equal(JobStatus.Pending, second.Status);
        Assert.Equal(0, await host.Queue.PositionAsync(first));
        Assert.Equal(1, await host.Queue.PositionAsync(second));
    }

    [Fact]
    [Trait("Requirement", "A-60")]
    public async Task Submit_ManyJobs_RunInOrderOfAcceptance()
    {
        using var host = new TestHost();
        List<string> accepted = [];
        for (int n = 0; n < 5; n++) accepted.Add((await host.SubmitAsync()).JobId);

        await host.Orchestrator.RunAllAsync();

        List<Job> jobs = [];
        foreach (string id in accepted) jobs.Add((await host.Ledger.FindAsync(id))!);
        Assert.All(jobs, job => Assert.True(job.IsTerminal));
        Assert.All(jobs, job => Assert.NotNull(job.StartedAt));
    }

    [Fact]
    [Trait("Requirement", "A-40")]
    public async Task Submit_NoSeed_DrawsOneThatEveryJsonReaderKeeps()
    {
        using var host = new TestHost();
        ulong[] seeds = new ulong[4];
        for (int n = 0; n < seeds.Length; n++)
            seeds[n] = (await host.SubmitAsync(TestHost.Request() with { Seed = null })).ReadInput<GenerationInput>().Seed;

        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        Assert.All(seeds, seed => Assert.True(seed < 1UL << 53));
    }

    [Fact]
    public async Task Submit_LargestSeed_IsKept()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync(TestHost.Request() with { Seed = ulong.MaxValue });
        Assert.Equal(ulong.MaxValue, job.ReadInput<GenerationInput>().Seed);
    }

    [Theory]
    [InlineData("musicgen-small", "model-not-installed")]
    [InlineData("gpt", "invalid-request")]
    public async Task Submit_ModelThatIsNotThere_RefusesAndWritesNothing(string model, string slug)
    {
        using var host = new TestHost();
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.SubmitAsync(TestHost.Request() with { Model = model }));

        Assert.Equal(slug, refusal.Problem.Slug);
        Assert.Empty(await host.Catalog.QueryAsync("queue", "pending", null, 10));
        Assert.Empty(await host.Index.ListAsync().ToListAsync());
    }

    [Fact]
    [Trait("Requirement", "A-65")]
    public async Task Cancel_WaitingJob_EndsItAtOnceAndFreesItsPlace()
    {
        using var host = new TestHost();
        Job first = await host.SubmitAsync(), second = await host.SubmitAsync(), third = await host.SubmitAsync();

        Job cancelled = await host.Desk.CancelAsync(second.JobId, Caller.Owner, force: false);

        Assert.Equal(JobStatus.Cancelled, cancelled.Status);
        Assert.NotNull(cancelled.CompletedAt);
        Assert.Equal(1, await host.Queue.PositionAsync(third));
        Assert.Null(await host.Queue.PositionAsync(cancelled));
        Assert.Equal([JobEvents.Created, JobEvents.Cancelled], await host.EventTypesAsync(second.JobId));
        Assert.False((await host.Ledger.FindAsync(first.JobId))!.IsTerminal);
    }

    [Fact]
    [Trait("Requirement", "A-65")]
    public async Task Cancel_RunningJobWithoutForce_IsRefusedAndChangesNothing()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();

        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Desk.CancelAsync(job.JobId, Caller.Owner, force: false));

        Assert.Equal(Problem.JobState, refusal.Problem);
        Assert.Contains("processing", refusal.Message, StringComparison.Ordinal);
        Assert.False((await host.Ledger.FindAsync(job.JobId))!.CancelRequested);
    }

    [Fact]
    [Trait("Requirement", "X-08")]
    public async Task Cancel_EndedJob_IsRefusedByItsStatus()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        await host.Desk.CancelAsync(job.JobId, Caller.Owner, force: true);
        await host.Orchestrator.RunAllAsync();

        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Desk.CancelAsync(job.JobId, Caller.Owner, force: true));

        Assert.Equal(Problem.JobState, refusal.Problem);
        Assert.Contains("cancelled", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gen_00000000")]
    [InlineData("gen_xyz")]
    [InlineData("../../etc/passwd")]
    public async Task Cancel_UnknownJob_IsNotFound(string id)
    {
        using var host = new TestHost();
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Desk.CancelAsync(id, Caller.Owner, force: false));
        Assert.Equal(Problem.JobNotFound, refusal.Problem);
    }
}
