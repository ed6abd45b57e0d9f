using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

/// <summary>A job between a failure and its retry: its place is another's, and it gets one again in its turn.</summary>
public sealed class RetryTests
{
    [Fact]
    [Trait("Requirement", "A-63")]
    public async Task Retry_WhileItRests_IsQueuedAndTheNextJobRuns()
    {
        using var host = new TestHost();
        Job first = await host.SubmitAsync(), second = await host.SubmitAsync();
        host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        List<(Job First, int? Position, Job Second)> seen = [];
        host.Orchestrator.DuringTimer = async _ => seen.Add((await host.ReadAsync(first), await host.Queue.PositionAsync(await host.ReadAsync(first)), await host.ReadAsync(second)));

        await host.Orchestrator.RunAllAsync();

        (Job resting, int? position, Job next) = Assert.Single(seen);
        Assert.Equal((JobStatus.Pending, JobStep.Queued, 1), (resting.Status, resting.CurrentStep, resting.Retries.Count));
        Assert.Contains("the disk is away", resting.StatusMessage, StringComparison.Ordinal);
        Assert.Equal(first.Input.GetRawText(), resting.Input.GetRawText());
        Assert.Equal(1, position);
        Assert.Equal(JobStatus.Processing, next.Status);
        Job[] ended = [await host.ReadAsync(first), await host.ReadAsync(second)];
        Assert.All(ended, job => Assert.Equal(JobStatus.Completed, job.Status));
        // The first had to wait for the second to end before it got its place again.
        Assert.True(ended[0].UpdatedAt >= ended[1].CompletedAt);
        Assert.Equal(2, host.Orchestrator.Ran.Count(name => name == "CloseJob"));
        await AssertQueueEmptyAsync(host);
    }

    [Fact]
    [Trait("Requirement", "A-61")]
    public async Task Retry_OthersWait_GoesBeforeThoseAcceptedLater()
    {
        using var host = new TestHost();
        Job first = await host.SubmitAsync(), second = await host.SubmitAsync(), third = await host.SubmitAsync();
        host.Orchestrator.FailNext("GenerateAudio", new IOException("the disk is away"));
        List<string> played = [];
        host.Orchestrator.BeforeActivity = async name =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            if (name == "PublishGeneration") played.Add((await host.Queue.HoldersAsync()).Single().JobId);
        };

        await host.Orchestrator.RunAllAsync();

        Assert.Equal([second.JobId, first.JobId, third.JobId], played);
    }

    [Fact]
    [Trait("Requirement", "A-65")]
    public async Task Cancel_WhileItRests_EndsItAtOnceAndTheRetryFindsItOver()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        Job? cancelled = null;
        host.Orchestrator.DuringTimer = async _ =>
        {
            cancelled = await host.Desk.CancelAsync(job.JobId, Caller.Owner, force: false);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        };

        await host.Orchestrator.RunAllAsync();

        Assert.Equal(JobStatus.Cancelled, cancelled!.Status);
        Assert.Equal(cancelled.CompletedAt, (await host.ReadAsync(job)).CompletedAt);
        Assert.Equal(1, host.Orchestrator.Ran.Count(name => name == "ExportAudio"));
        Assert.Equal(InstanceStatus.Completed, (await host.Orchestrator.FindAsync(job.JobId))!.Status);
        Assert.Equal(1, (await host.EventTypesAsync(job.JobId)).Count(JobEvents.IsLast));
        Assert.Empty(host.Blobs.Names);
        await AssertQueueEmptyAsync(host);
    }

    [Fact]
    [Trait("Requirement", "A-65")]
    public async Task Cancel_WhileItWaitsForItsPlace_WakesItAndItEnds()
    {
        using var host = new TestHost();
        Job first = await host.SubmitAsync(), second = await host.SubmitAsync();
        host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        host.Orchestrator.BeforeActivity = async name =>
        {
            // The second job plays by now; the first has asked for its place and waits.
            if (name == "PublishGeneration" && (await host.ReadAsync(first)).Waiting.Count == 1) await host.Desk.CancelAsync(first.JobId, Caller.Owner, force: false);
        };

        await host.Orchestrator.RunAllAsync();

        Assert.Equal(JobStatus.Cancelled, (await host.ReadAsync(first)).Status);
        Assert.Equal(JobStatus.Completed, (await host.ReadAsync(second)).Status);
        Assert.Equal(InstanceStatus.Completed, (await host.Orchestrator.FindAsync(first.JobId))!.Status);
        Assert.DoesNotContain(host.Blobs.Names, name => name.Contains(first.JobId, StringComparison.Ordinal));
        await AssertQueueEmptyAsync(host);
    }

    [Fact]
    [Trait("Requirement", "A-63")]
    public async Task Retry_TellingItFails_TheSweepTellsItAgain()
    {
        using var host = new TestHost();
        Job first = await host.SubmitAsync(), second = await host.SubmitAsync();
        host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        host.Orchestrator.RefuseEvents = 1;
        await host.Orchestrator.RunAllAsync();

        Assert.Equal(JobStatus.Completed, (await host.ReadAsync(second)).Status);
        Job untold = await host.ReadAsync(first);
        Assert.Equal((JobStatus.Processing, 1), (untold.Status, untold.Waiting.Count));

        await host.Queue.SweepAsync();
        await host.Queue.SweepAsync();
        await host.Orchestrator.RunAllAsync();

        Assert.Equal(JobStatus.Completed, (await host.ReadAsync(first)).Status);
        await AssertQueueEmptyAsync(host);
    }

    [Fact]
    [Trait("Requirement", "A-69")]
    public async Task Retry_SettingsSayOnceAfterHalfASecond_FailsAfterThat()
    {
        using var host = new TestHost(configure: options => (options.MaxRetries, options.RetryDelaySeconds) = (1, 0.5));
        Job job = await host.SubmitAsync();
        for (int n = 0; n < 2; n++) host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));

        await host.Orchestrator.RunAllAsync();

        job = await host.ReadAsync(job);
        Assert.Equal([TimeSpan.FromSeconds(0.5)], host.Orchestrator.Waited);
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains("1 retry", job.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("the disk is away", job.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "A-64")]
    public async Task Retry_ClosingFails_IsNoRetryOfTheJob()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        for (int n = 0; n < 3; n++) host.Orchestrator.FailNext("CloseJob", new IOException("the catalog is away"));

        await host.Orchestrator.RunAllAsync();

        job = await host.ReadAsync(job);
        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Empty(job.Retries);
        Assert.Equal([1.0, 2.0, 4.0], host.Orchestrator.Waited.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    [Trait("Requirement", "D-27")]
    public async Task Start_RowNotVisibleYet_IsTriedAgainUntilItIs()
    {
        using var host = new TestHost();
        Job draft = host.Desk.Draft(JobKind.Generation, "composer", "cpu", JobTerms.Local, (id, folder) => new GenerationInput(id, folder, TestHost.Request(), 7, "composer"));
        host.Orchestrator.DuringTimer = async _ =>
        {
            if (host.Orchestrator.Waited.Count != 2) return;
            await host.Ledger.TryAddAsync(draft with { Status = JobStatus.Processing, StartedAt = draft.CreatedAt });
        };
        await host.Orchestrator.StartAsync(RunJob.Generation, draft.JobId, draft.ReadInput<GenerationInput>());

        await host.Orchestrator.RunAllAsync();

        Assert.Equal([1.0, 2.0], host.Orchestrator.Waited.Select(wait => wait.TotalSeconds));
        Assert.Equal(JobStatus.Completed, (await host.ReadAsync(draft)).Status);
    }

    static async Task AssertQueueEmptyAsync(TestHost host)
    {
        Assert.Empty(await host.Queue.HoldersAsync());
        Assert.Empty(await host.Catalog.QueryAsync("queue", "pending", null, 10));
    }
}
