using System.Globalization;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class JobIndexTests
{
    static readonly Caller alice = new("key_alice", "Alice", Tier.Free, IsAdmin: false), bob = new("key_bob", "Bob", Tier.Free, IsAdmin: false);

    [Fact]
    [Trait("Requirement", "A-48")]
    public async Task Page_OfTenThousandJobs_ReadsItsOwnRowsAndOneAStretch()
    {
        using var host = new TestHost();
        await RecordAsync(host, 10_000);
        JobIndex index = host.Get<JobIndex>();
        await index.CountAsync(Caller.Owner);
        host.Rows.Forget();

        JobPage page = await index.PageAsync(Caller.Owner, new(JobKind.Generation), skip: 7_000, take: 20);

        Assert.Equal(10_000, page.Total);
        Assert.Equal(Enumerable.Range(0, 20).Select(n => IdOf(2_999 - n)), page.Jobs.Select(job => job.JobId));
        Assert.Equal(20, host.Rows.JobRowsRead);
        Assert.True(host.Rows.RowsRead < 700, $"{host.Rows.RowsRead} rows");   // 40 stretches, at most 256 + 21 rows of one, 20 jobs, and a fetch's rest
    }

    [Fact]
    [Trait("Requirement", "A-48")]
    public async Task Page_AfterOneChange_CountsThatStretchAnew()
    {
        using var host = new TestHost();
        await RecordAsync(host, 2_000);
        JobIndex index = host.Get<JobIndex>();
        await index.CountAsync(Caller.Owner);
        host.Rows.Forget();

        await host.Ledger.DismissAsync(IdOf(500));
        JobPage page = await index.PageAsync(Caller.Owner, new(Dismissed: false), null, 5);
        JobPage dismissed = await index.PageAsync(Caller.Owner, new(Dismissed: true), null, 5);

        Assert.Equal(1_999, page.Total);
        Assert.Equal(IdOf(500), Assert.Single(dismissed.Jobs).JobId);
        Assert.Equal(1, dismissed.Total);
        Assert.True(host.Rows.RowsRead < 1_000, $"{host.Rows.RowsRead} rows");
    }

    [Fact]
    [Trait("Requirement", "A-48")]
    public async Task Pages_WhileJobsComeAndGo_GiveEveryOtherJobOnce()
    {
        using var host = new TestHost();
        await RecordAsync(host, 600);
        JobIndex index = host.Get<JobIndex>();
        List<string> seen = [];
        string? continuation = null;
        int added = 600;
        do
        {
            JobPage page = await index.PageAsync(Caller.Owner, new(JobKind.Generation), continuation, 7);
            seen.AddRange(page.Jobs.Select(job => job.JobId));
            continuation = page.Continuation;
            await RecordAsync(host, 1, added++);
        }
        while (continuation is not null);

        Assert.Equal(Enumerable.Range(0, 600).Select(n => IdOf(599 - n)), seen);
    }

    [Fact]
    [Trait("Requirement", "A-48")]
    public async Task Page_ByStatusAndModel_FindsThoseAndTheirTotal()
    {
        using var host = new TestHost();
        for (int n = 0; n < 900; n++)
            await RecordAsync(host, 1, n, job => job with { Model = n % 3 == 0 ? "a" : "b", Status = n % 50 == 0 ? JobStatus.Failed : JobStatus.Completed });
        JobIndex index = host.Get<JobIndex>();

        JobPage failed = await index.PageAsync(Caller.Owner, new(Status: JobStatus.Failed, Model: "a"), skip: 2, take: 3);

        int[] fitting = [.. Enumerable.Range(0, 900).Where(n => n % 150 == 0).OrderDescending()];
        Assert.Equal(fitting.Length, failed.Total);
        Assert.Equal(fitting.Skip(2).Take(3).Select(IdOf), failed.Jobs.Select(job => job.JobId));
    }

    [Fact]
    public async Task Page_OfACaller_HasTheirJobsOnly()
    {
        using var host = new TestHost();
        for (int n = 0; n < 30; n++) await RecordAsync(host, 1, n, job => job with { Owner = n % 3 == 0 ? alice.Id : n % 3 == 1 ? bob.Id : Caller.OwnerId });
        JobIndex index = host.Get<JobIndex>();

        JobPage hers = await index.PageAsync(alice, new(), null, 100), all = await index.PageAsync(Caller.Owner, new(), null, 100);

        Assert.Equal(10, hers.Total);
        Assert.All(hers.Jobs, job => Assert.Equal(alice.Id, job.Owner));
        Assert.Equal(30, all.Total);
    }

    [Fact]
    public async Task Page_OfJobThatRan_KnowsEachOfItsStates()
    {
        using var host = new TestHost();
        Job running = await host.SubmitAsync(), waiting = await host.SubmitAsync();
        JobIndex index = host.Get<JobIndex>();
        Assert.Equal(running.JobId, Assert.Single((await index.PageAsync(Caller.Owner, new(Status: JobStatus.Processing), null, 9)).Jobs).JobId);
        Assert.Equal(waiting.JobId, Assert.Single((await index.PageAsync(Caller.Owner, new(Status: JobStatus.Pending), null, 9)).Jobs).JobId);

        await host.Orchestrator.RunAllAsync();

        JobCount only = Assert.Single(await index.CountAsync(Caller.Owner));
        Assert.Equal((JobStatus.Completed, 2), (only.Status, only.Count));
    }

    [Fact]
    public async Task Page_RowLeftBehindByACrash_IsMended()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        JobIndex index = host.Get<JobIndex>();
        Assert.Single((await index.PageAsync(Caller.Owner, new(Status: JobStatus.Processing), null, 9)).Jobs);
        host.Rows.WritesLeft = 2;   // the mark that it ends and the job's row, and no more
        await Assert.ThrowsAsync<IOException>(() => host.Ledger.UpdateAsync(job.JobId, "end", row => row with { Status = JobStatus.Failed }));
        host.Rows.WritesLeft = null;

        Assert.Empty((await index.PageAsync(Caller.Owner, new(Status: JobStatus.Processing), null, 9)).Jobs);
        Assert.Single((await index.PageAsync(Caller.Owner, new(Status: JobStatus.Failed), null, 9)).Jobs);
        Assert.Equal(JobStatus.Failed, Assert.Single(await index.CountAsync(Caller.Owner)).Status);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("../../etc/passwd/and/some/more")]
    [InlineData("z23456789012345678901234567890")]
    public async Task Page_ContinuationOfNoPage_IsRefused(string continuation)
    {
        using var host = new TestHost();
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Get<JobIndex>().PageAsync(Caller.Owner, new(), continuation, 5));
        Assert.Equal(Problem.MalformedRequest, refusal.Problem);
    }

    [Fact]
    public async Task Count_WhileJobsEndOnManyThreads_IsExactAfterwards()
    {
        using var host = new TestHost();
        await RecordAsync(host, 300, change: job => job with { Status = JobStatus.Processing, CompletedAt = null });
        JobIndex index = host.Get<JobIndex>();
        Task counting = Task.Run(async () =>
        {
            for (int n = 0; n < 50; n++) Assert.Equal(300, (await index.CountAsync(Caller.Owner)).Sum(count => count.Count));
        });
        await Parallel.ForAsync(0, 300, async (n, _) => await host.Ledger.UpdateAsync(IdOf(n), "end", job => job with { Status = n % 3 == 0 ? JobStatus.Failed : JobStatus.Completed }));
        await counting;

        IReadOnlyList<JobCount> counts = await index.CountAsync(Caller.Owner);
        Assert.Equal(100, new JobFilter(Status: JobStatus.Failed).CountIn(counts));
        Assert.Equal(200, new JobFilter(Status: JobStatus.Completed).CountIn(counts));
    }

    internal static string IdOf(int n) => string.Create(CultureInfo.InvariantCulture, $"gen_{n:x8}");

    internal static async Task RecordAsync(TestHost host, int count, int from = 0, Func<Job, Job>? change = null)
    {
        for (int n = from; n < from + count; n++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            Job job = host.Desk.Draft(JobKind.Generation, "composer", "cpu", JobTerms.Local with { JobId = IdOf(n) }, (id, folder) => new { id, folder });
            job = job with { Status = JobStatus.Completed, CompletedAt = job.CreatedAt };
            await host.Get<JobSummaries>().EnterAsync((change ?? (same => same))(job));
            await host.Ledger.TryAddAsync((change ?? (same => same))(job));
        }
    }
}
