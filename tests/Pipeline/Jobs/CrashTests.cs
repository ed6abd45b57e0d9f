using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

/// <summary>The process dies before the n-th write to the catalog, for every n there is, and another takes over: each job ends once, and nothing is left over.</summary>
public sealed class CrashTests
{
    [Fact]
    [Trait("Requirement", "A-61")]
    [Trait("Requirement", "A-62")]
    public Task Crash_BetweenAnyTwoWrites_JobsWithARetryEndOnce() => DieEverywhereAsync(async (host, accepted) =>
    {
        host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        accepted.Add(await host.SubmitAsync());
        accepted.Add(await host.SubmitAsync(priority: JobPriority.Low));
        await host.Orchestrator.RunAllAsync();
    }, job => job.Status == JobStatus.Completed);

    [Fact]
    [Trait("Requirement", "A-66")]
    [Trait("Requirement", "X-08")]
    public Task Crash_BetweenAnyTwoWrites_CancelledJobsEndOnceAndLeaveNoFile() => DieEverywhereAsync(async (host, accepted) =>
    {
        accepted.Add(await host.SubmitAsync());
        accepted.Add(await host.SubmitAsync());
        host.Orchestrator.BeforeActivity = async name =>
        {
            if (name == "PublishGeneration" && !(await host.ReadAsync(accepted[0])).CancelRequested) await host.Desk.CancelAsync(accepted[0].JobId, Caller.Owner, force: true);
        };
        await host.Desk.CancelAsync(accepted[1].JobId, Caller.Owner, force: false);
        await host.Orchestrator.RunAllAsync();
    }, job => job.Status is JobStatus.Cancelled or JobStatus.Completed);

    [Fact]
    [Trait("Requirement", "A-66")]
    public Task Crash_BetweenAnyTwoWrites_AJobCancelledAtRestEndsOnce() => DieEverywhereAsync(async (host, accepted) =>
    {
        host.Orchestrator.FailNext("GenerateAudio", new IOException("the disk is away"));
        accepted.Add(await host.SubmitAsync());
        host.Orchestrator.DuringTimer = _ => host.Desk.CancelAsync(accepted[0].JobId, Caller.Owner, force: false);
        await host.Orchestrator.RunAllAsync();
    }, job => job.Status is JobStatus.Cancelled or JobStatus.Completed);

    static async Task DieEverywhereAsync(Func<TestHost, List<Job>, Task> story, Func<Job, bool> endedWell)
    {
        int writes;
        using (var undisturbed = new TestHost())
        {
            List<Job> accepted = [];
            await story(undisturbed, accepted);
            writes = undisturbed.Rows.Writes;
            await RecoverAsync(undisturbed);
            await AssertAllEndedOnceAsync(undisturbed, accepted, endedWell, "did not die");
        }

        Assert.InRange(writes, 20, 200);
        for (int n = 0; n < writes; n++)
        {
            using var first = new TestHost();
            first.Rows.WritesLeft = n;
            List<Job> accepted = [];
            Assert.False(await EndsAsync(() => story(first, accepted)));
            using var next = new TestHost(dead: first);
            await RecoverAsync(next);
            await AssertAllEndedOnceAsync(next, accepted, endedWell, $"died before write {n} of {writes}");
        }
    }

    static async Task<bool> EndsAsync(Func<Task> story)
    {
        try
        {
            await story();
            return true;
        }
        catch (Exception death) when (death is CrashException or IOException or StepFailedException or PipelineException)
        {
            return false;
        }
    }

    static async Task RecoverAsync(TestHost host)
    {
        await host.SweepAsync();
        await host.Orchestrator.RunAllAsync();
        // Half-made acceptances are given a minute.
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.SweepAsync();
        await host.Orchestrator.RunAllAsync();
        await host.SweepAsync();
    }

    static async Task AssertAllEndedOnceAsync(TestHost host, List<Job> accepted, Func<Job, bool> endedWell, string when)
    {
        List<Job> jobs = await host.Index.ListAsync().ToListAsync();
        Assert.True(accepted.All(job => jobs.Any(listed => listed.JobId == job.JobId)), when);
        foreach (Job job in jobs)
        {
            Assert.True(job.IsTerminal && endedWell(job), $"{when}: {job.JobId} is {job.Status}: {job.ErrorMessage}");
            IReadOnlyList<string> types = await host.EventTypesAsync(job.JobId);
            Assert.True(types.Count(JobEvents.IsLast) == 1 && JobEvents.IsLast(types[^1]), $"{when}: {string.Join(", ", types)}");
            Assert.Equal(InstanceStatus.Completed, (await host.Orchestrator.FindAsync(job.JobId))?.Status ?? InstanceStatus.Completed);
            bool hasFiles = host.Blobs.Names.Any(name => name.Contains(job.JobId, StringComparison.Ordinal));
            Assert.True(hasFiles == (job.Status == JobStatus.Completed), $"{when}: {job.Status}, files: {hasFiles}");
        }

        Assert.DoesNotContain(host.Blobs.Names, name => name.StartsWith("work/", StringComparison.Ordinal));
        Assert.Empty(await host.Queue.HoldersAsync());
        Assert.Empty(await host.Catalog.QueryAsync("queue", "pending", null, 10));
        Assert.Empty(await host.Catalog.QueryAsync("queue", "ended", null, 10));
        QueueReport report = await host.Get<QueueStatistics>().ReadAsync();
        Assert.Equal((0, 0, jobs.Count), (report.PendingJobs, report.ProcessingJobs, report.CompletedJobs + report.CancelledJobs + report.FailedJobs));
    }
}
