using DgxMusic.Contracts;
using DgxMusic.Pipeline.Consistency;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Consistency;

public sealed class ConsistencyCheckTests
{
    [Fact]
    [Trait("Requirement", "A-82")]
    public async Task Check_JobsOfEveryState_FindsNothing()
    {
        using var host = new TestHost();
        await CompleteAsync(host);
        await host.Desk.CancelAsync((await host.SubmitAsync()).JobId, Caller.Owner, force: true);
        host.Orchestrator.FailNext("ExportAudio", new PipelineException(Problem.ExportFailed, "No."));
        await CompleteAsync(host);
        await host.SubmitAsync();
        await host.SubmitAsync();
        host.Clock.Advance(TimeSpan.FromHours(2));

        ConsistencyReport report = await RunAsync(host, RepairOrder.DryRun);

        Assert.Empty(report.Findings);
        Assert.True(report is { DryRun: true, Jobs: 5, Found: 0 } && report.Files > 0);
    }

    [Theory]
    [Trait("Requirement", "A-82")]
    [InlineData(InconsistencyKind.FileMissing)]
    [InlineData(InconsistencyKind.FailedWithoutMessage)]
    [InlineData(InconsistencyKind.CompletedBeforeCreated)]
    [InlineData(InconsistencyKind.JobNotListed)]
    [InlineData(InconsistencyKind.ListedWithoutJob)]
    [InlineData(InconsistencyKind.ListedOtherwise)]
    [InlineData(InconsistencyKind.CountOutdated)]
    [InlineData(InconsistencyKind.ScratchLeft)]
    [InlineData(InconsistencyKind.FileOfUnfinishedJob)]
    [InlineData(InconsistencyKind.BatchInterrupted)]
    public async Task Check_OneFault_IsReportedThenMendedThenGone(InconsistencyKind kind)
    {
        using var host = new TestHost();
        await CompleteAsync(host);
        await BreakAsync(host, kind);
        host.Clock.Advance(TimeSpan.FromHours(2));
        IReadOnlyList<string> files = host.Blobs.Names;

        ConsistencyReport dry = await RunAsync(host, RepairOrder.DryRun);
        Assert.Equal(kind, Assert.Single(dry.Findings).Kind);
        Assert.Equal((1, 0), (dry.Found, dry.Repaired));
        Assert.Equal(files, host.Blobs.Names);

        ConsistencyReport repair = await RunAsync(host, RepairOrder.Safe);
        Assert.True(Assert.Single(repair.Findings) is { Repaired: true } found && found.Kind == kind);

        Assert.Empty((await RunAsync(host, RepairOrder.DryRun)).Findings);
    }

    [Fact]
    [Trait("Requirement", "A-82")]
    public async Task Check_OutputsOfNoJob_GoOnlyWhenDeletingIsAskedFor()
    {
        using var host = new TestHost();
        await WriteAsync(host, new(Containers.Outputs, "2026/11/20/gen_00c0ffee.wav"));
        await WriteAsync(host, new(Containers.Outputs, "2026/11/20/my song.wav"));
        await WriteAsync(host, new(Containers.Uploads, "2026/11/20/exp_00c0ffee/original.wav"));
        host.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal((InconsistencyKind.FileWithoutJob, false), Of(await RunAsync(host, RepairOrder.Safe)));
        Assert.Equal(3, host.Blobs.Names.Count);
        Assert.Equal((InconsistencyKind.FileWithoutJob, true), Of(await RunAsync(host, new(Repair: true, DeleteFiles: true))));
        Assert.Equal(["outputs/2026/11/20/my song.wav", "uploads/2026/11/20/exp_00c0ffee/original.wav"], host.Blobs.Names);

        static (InconsistencyKind, bool) Of(ConsistencyReport report) => Assert.Single(report.Findings) is var only ? (only.Kind, only.Repaired) : default;
    }

    [Fact]
    [Trait("Requirement", "A-82")]
    public async Task Check_WhileAJobRuns_LeavesItAlone()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync(TestHost.Request(seconds: 3));
        ConsistencyReport? report = null;
        host.Orchestrator.BeforeActivity = async name =>
        {
            if (name != "PublishGeneration") return;
            host.Clock.Advance(TimeSpan.FromHours(3));
            report = await RunAsync(host, new(Repair: true, DeleteFiles: true));
        };

        await host.Orchestrator.RunAllAsync();

        Assert.Empty(report!.Findings);
        Assert.Equal(JobStatus.Completed, (await host.Ledger.GetAsync(job.JobId)).Status);
    }

    static async Task BreakAsync(TestHost host, InconsistencyKind kind)
    {
        Job job = await host.Index.ListAsync().FirstAsync();
        RowKey jobKey = new("jobs", job.JobId, "job"), listKey = new("index", "all", JobSummaries.KeyOf(job.CreatedAt, job.JobId));
        switch (kind)
        {
            case InconsistencyKind.FileMissing:
                await host.Blobs.DeleteAsync(JobOutputs.Of(job)["mix"]);
                break;
            case InconsistencyKind.FailedWithoutMessage:
                await host.Ledger.AmendAsync(job.JobId, same => same with { ErrorMessage = "" });
                await FailAsync(host, job);
                break;
            case InconsistencyKind.CompletedBeforeCreated:
                await host.Ledger.AmendAsync(job.JobId, same => same with { CompletedAt = same.CreatedAt.AddSeconds(-1) });
                break;
            case InconsistencyKind.JobNotListed:
                await host.Get<JobSummaries>().RemoveAsync(JobSummary.Of(job));
                break;
            case InconsistencyKind.ListedWithoutJob:
                await host.Get<JobRemoval>().RemoveGenerationAsync(job.JobId, Caller.Owner);
                await host.Get<JobSummaries>().EnterAsync(job);
                break;
            case InconsistencyKind.ListedOtherwise:
                CatalogRow listed = (await host.Catalog.FindAsync(listKey))!;
                await host.Get<JobSummaries>().RemoveAsync(JobSummary.Of(job));
                await host.Catalog.TryInsertAsync(listKey, Payload.Write(listed.Read<JobSummary>() with { Status = JobStatus.Processing, Revision = 1 }));
                break;
            case InconsistencyKind.CountOutdated:
                await host.Index.CountAsync(Caller.Owner);
                await host.Catalog.TryInsertAsync(jobKey with { Partition = "gen_00c0ffee" }, Payload.Write(job with { JobId = "gen_00c0ffee", Result = null }));
                await host.Catalog.TryInsertAsync(listKey with { Key = JobSummaries.KeyOf(job.CreatedAt, "gen_00c0ffee") }, Payload.Write(JobSummary.Of(job) with { JobId = "gen_00c0ffee" }));
                break;
            case InconsistencyKind.ScratchLeft:
                await WriteAsync(host, new(Containers.Work, $"{job.DateFolder}/{job.JobId}/GenerateAudio-00.mix.wav"));
                break;
            case InconsistencyKind.FileOfUnfinishedJob:
                Job cancelled = await host.SubmitAsync();
                await host.Desk.CancelAsync(cancelled.JobId, Caller.Owner, force: true);
                await host.Orchestrator.RunAllAsync();
                await WriteAsync(host, new(Containers.Outputs, $"{cancelled.DateFolder}/{cancelled.JobId}.mid"));
                break;
            case InconsistencyKind.BatchInterrupted:
                host.Rows.WritesLeft = 2;   // the batch and the first wish to run
                await Assert.ThrowsAsync<IOException>(() => host.Get<JobBatches>().SubmitAsync(2, _ => Task.FromResult((TestHost.Request(), JobTerms.Local)), JobTerms.Local));
                host.Rows.WritesLeft = null;
                break;
        }
    }

    /// <summary>Makes a completed job a failed one that does not say why, as only a broken disk could.</summary>
    static async Task FailAsync(TestHost host, Job job)
    {
        CatalogRow row = (await host.Catalog.FindAsync(new("jobs", job.JobId, "job")))!;
        Job failed = row.Read<Job>() with { Status = JobStatus.Failed, ErrorMessage = null, Result = null, Revision = job.Revision + 2 };
        await host.Catalog.TryReplaceAsync(row, Payload.Write(failed));
        await host.Get<JobSummaries>().SyncAsync(failed);
        await host.Get<JobFiles>().TidyAsync(failed);
    }

    static Task<ConsistencyReport> RunAsync(TestHost host, RepairOrder order) => host.Get<ConsistencyCheck>().RunAsync(order);

    static async Task CompleteAsync(TestHost host)
    {
        await host.SubmitAsync();
        await host.Orchestrator.RunAllAsync();
    }

    static async Task WriteAsync(TestHost host, BlobRef blob)
    {
        await using BlobWriter writer = await host.Blobs.CreateAsync(blob);
        await writer.Stream.WriteAsync(new byte[] { 1, 2, 3 });
        await writer.CommitAsync();
    }
}
