using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class DependencyTests
{
    [Fact]
    [Trait("Requirement", "A-69")]
    public async Task Admission_JobAfterAnother_LetsLaterJobsPassAndBeginsWhenThatHasCompleted()
    {
        using var host = new TestHost(maxConcurrentJobs: 2);
        Job first = await SubmitAsync(host), second = await SubmitAsync(host, first.JobId), third = await SubmitAsync(host);

        Assert.Equal(JobStatus.Processing, (await host.ReadAsync(first)).Status);
        Assert.Equal(JobStatus.Pending, (await host.ReadAsync(second)).Status);
        Assert.Equal(JobStatus.Processing, (await host.ReadAsync(third)).Status);
        await host.Orchestrator.RunAllAsync();

        Job done = await host.ReadAsync(second);
        Assert.Equal(JobStatus.Completed, done.Status);
        Assert.True(done.StartedAt >= (await host.ReadAsync(first)).CompletedAt);
    }

    [Theory]
    [Trait("Requirement", "A-69")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Admission_JobAfterOneThatDidNotComplete_FailsNamingIt(bool cancelled)
    {
        using var host = new TestHost();
        Job running = await SubmitAsync(host), first = await SubmitAsync(host), second = await SubmitAsync(host, running.JobId, first.JobId), last = await SubmitAsync(host, second.JobId);
        if (cancelled) await host.Desk.CancelAsync(first.JobId, Caller.Owner, force: false);
        else host.Player.BeforeBlock = _ => throw new PipelineException(Problem.UnreadableAudio, "This engine plays nothing today.");
        await host.Orchestrator.RunAllAsync();
        await host.SweepAsync();

        Job failed = await host.ReadAsync(second);
        Assert.Equal((JobStatus.Failed, "DEPENDENCY_FAILED"), (failed.Status, failed.ErrorCode));
        Assert.Contains(cancelled ? first.JobId : running.JobId, failed.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(JobStatus.Failed, (await host.ReadAsync(last)).Status);
        Assert.Null(failed.StartedAt);
    }

    [Fact]
    [Trait("Requirement", "A-63")]
    public async Task Admission_RetryAfterItsDependencyWasRemoved_GoesOn()
    {
        using var host = new TestHost();
        Job first = await SubmitAsync(host);
        await host.Orchestrator.RunAllAsync();
        Job second = await SubmitAsync(host, first.JobId);
        host.Orchestrator.FailNext("GenerateAudio", new IOException("The disk was away."));
        host.Orchestrator.DuringTimer = _ => host.Get<JobRemoval>().RemoveGenerationAsync(first.JobId, Caller.Owner);
        await host.Orchestrator.RunAllAsync();

        Job done = await host.ReadAsync(second);
        Assert.Null(await host.Ledger.FindAsync(first.JobId));
        Assert.Equal((JobStatus.Completed, 1), (done.Status, done.Retries.Count));
    }

    static async Task<Job> SubmitAsync(TestHost host, params string[] after)
    {
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        return await host.Desk.SubmitAsync(TestHost.Request(), JobTerms.Local with { After = after });
    }
}
