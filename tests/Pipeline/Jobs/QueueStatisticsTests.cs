using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class QueueStatisticsTests
{
    [Fact]
    [Trait("Requirement", "A-67")]
    public async Task Read_JobsOfEveryStatus_CountsEachOnce()
    {
        using var host = new TestHost();
        for (int n = 0; n < 4; n++) host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
        host.Player.BeforeBlock = _ => { host.Clock.Advance(TimeSpan.FromSeconds(1)); return Task.CompletedTask; };
        await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
        Job cancelled = await host.SubmitAsync();
        await host.Desk.CancelAsync(cancelled.JobId, Caller.Owner, force: true);
        await host.Orchestrator.RunAllAsync();
        host.Player.BeforeBlock = null;
        await host.SubmitAsync();
        await host.SubmitAsync(priority: JobPriority.Low);
        host.Clock.Advance(TimeSpan.FromSeconds(40));
        await host.SubmitAsync(priority: JobPriority.High);

        QueueReport report = await host.Get<QueueStatistics>().ReadAsync();

        Assert.Equal((2, 1, 1, 1, 1), (report.PendingJobs, report.ProcessingJobs, report.CompletedJobs, report.FailedJobs, report.CancelledJobs));
        Assert.Equal(40, report.OldestPendingJobAgeSeconds!.Value, 0.1);
        Assert.Equal(4, report.AverageProcessingTimeSeconds!.Value, 0.1);
    }

    [Fact]
    [Trait("Requirement", "A-67")]
    public async Task Read_NothingEver_HasNoAgeAndNoAverage()
    {
        using var host = new TestHost();
        QueueReport report = await host.Get<QueueStatistics>().ReadAsync();
        Assert.Equal((0, 0, null, null), (report.PendingJobs, report.CompletedJobs, report.OldestPendingJobAgeSeconds, report.AverageProcessingTimeSeconds));
    }

    [Fact]
    [Trait("Requirement", "A-67")]
    public async Task Average_MoreThanAHundredJobs_IsOfTheLastHundred()
    {
        using var host = new TestHost();
        JobTimes times = host.Get<JobTimes>();
        for (int n = 0; n < 120; n++) await times.NoteAsync(Done(host, n < 20 ? 1000 : n - 20));
        Assert.Equal(Enumerable.Range(0, 100).Average(), await times.AverageAsync());
    }

    [Fact]
    [Trait("Requirement", "A-41")]
    public async Task Estimate_NothingMeasured_GuessesByEngineAndDevice()
    {
        using var host = new TestHost();
        Estimates estimates = host.Get<Estimates>();
        Assert.Equal(2, await estimates.SecondsAsync(EngineRegistry.Composer, "cpu", 60), 1e-9);
        Assert.Equal(160, await estimates.SecondsAsync("musicgen-small", "cpu", 16), 1e-9);
        Assert.Equal(19.2, await estimates.SecondsAsync("musicgen-small", "cuda", 16), 1e-9);
    }

    [Fact]
    [Trait("Requirement", "A-41")]
    public async Task Estimate_AfterGenerations_IsTheMedianOfTheLastTwentyHere()
    {
        using var host = new TestHost();
        Estimates estimates = host.Get<Estimates>();
        for (int n = 0; n < 25; n++)
        {
            // Twice the same changes nothing; 2 s of music in n seconds.
            Job done = Done(host, n) with { Machine = Estimates.Here };
            await estimates.LearnAsync(done);
            await estimates.LearnAsync(done);
        }

        await estimates.LearnAsync(Done(host, 1000) with { Machine = "another" });
        await estimates.LearnAsync(Done(host, 1000) with { Machine = Estimates.Here, Retries = ["a"] });
        // Of 5 to 24 s for 2 s of music.
        Assert.Equal(14.5 / 2 * 10, await estimates.SecondsAsync(EngineRegistry.Composer, "cpu", 10), 1e-9);
    }

    [Fact]
    [Trait("Requirement", "A-41")]
    public async Task Estimate_GenerationCompletes_IsLearnt()
    {
        using var host = new TestHost();
        host.Player.BeforeBlock = _ => { host.Clock.Advance(TimeSpan.FromSeconds(1)); return Task.CompletedTask; };
        Job job = await host.SubmitAsync(TestHost.Request(seconds: 2));
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(Estimates.Here, (await host.ReadAsync(job)).Machine);
        // Eight blocks, a second each, for two seconds of music.
        Assert.Equal(4 * 30, await host.Get<Estimates>().SecondsAsync(EngineRegistry.Composer, "cpu", 30), 1e-9);
    }

    static Job Done(TestHost host, double seconds)
    {
        Job draft = host.Desk.Draft(
            JobKind.Generation, EngineRegistry.Composer, "cpu", JobTerms.Local, (id, folder) => new GenerationInput(id, folder, TestHost.Request(seconds: 2), 7, EngineRegistry.Composer));
        return draft with { Status = JobStatus.Completed, StartedAt = draft.CreatedAt, CompletedAt = draft.CreatedAt.AddSeconds(seconds) };
    }
}
