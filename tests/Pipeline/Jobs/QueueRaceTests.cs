using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

/// <summary>Two at once: whatever the order, exactly one wins.</summary>
public sealed class QueueRaceTests
{
    [Fact]
    [Trait("Requirement", "A-60")]
    public async Task Admit_TwoInstancesOnOneCatalog_NeverPassTheLimit()
    {
        using var host = new TestHost(maxConcurrentJobs: 3);
        using var other = new TestHost(maxConcurrentJobs: 3, dead: host);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(n => Task.Run(() => (n % 2 == 0 ? host : other).Desk.SubmitAsync(TestHost.Request(), JobTerms.Local))));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => (n % 2 == 0 ? host : other).Queue.AdmitAsync())));

        List<Job> jobs = await host.Index.ListAsync().ToListAsync();
        Assert.Equal(24, jobs.Count);
        Job[] running = [.. jobs.Where(job => job.Status == JobStatus.Processing)];
        Assert.Equal(3, running.Length);
        Assert.Equal(running.Select(job => job.JobId).Order(), (await other.Queue.HoldersAsync()).Select(job => job.JobId).Order());
        Assert.Equal(21, (await host.Catalog.QueryAsync("queue", "pending", null, 100)).Count);
    }

    [Theory]
    [Trait("Requirement", "A-66")]
    [Trait("Requirement", "X-08")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_WhileJobsAreAdmittedRunAndEnd_ExactlyOneOutcomeEach(bool force)
    {
        using var host = new TestHost(maxConcurrentJobs: 2);
        List<Job> jobs = [];
        for (int n = 0; n < 16; n++) jobs.Add(await host.SubmitAsync());
        for (int n = 0; n < 6; n++) host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        var taken = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        Task cancels = Task.Run(async () =>
        {
            foreach (Job job in jobs.Where((_, n) => n % 2 == 1).Reverse())
            {
                try
                {
                    await host.Desk.CancelAsync(job.JobId, Caller.Owner, force);
                    taken[job.JobId] = true;
                }
                catch (PipelineException refusal) when (refusal.Problem == Problem.JobState)
                {
                    // It runs, or has ended.
                }
            }
        });
        await host.Orchestrator.RunAllAsync();
        await cancels;
        await host.Orchestrator.RunAllAsync();
        await host.SweepAsync();
        await host.Orchestrator.RunAllAsync();

        foreach (Job job in jobs)
        {
            Job ended = await host.ReadAsync(job);
            Assert.True(ended.Status == (taken.ContainsKey(job.JobId) ? JobStatus.Cancelled : JobStatus.Completed), $"{ended.Status} {ended.ErrorMessage}");
            Assert.Equal(ended.Status == JobStatus.Completed, host.Blobs.Names.Any(name => name.Contains(job.JobId, StringComparison.Ordinal)));
            Assert.Equal(1, (await host.EventTypesAsync(job.JobId)).Count(JobEvents.IsLast));
        }

        Assert.Empty(await host.Queue.HoldersAsync());
        Assert.Empty(await host.Catalog.QueryAsync("queue", "pending", null, 10));
    }
}
