using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class JobRemovalTests
{
    static readonly Caller stranger = new("key_stranger", "Stranger", Tier.Free, IsAdmin: false);

    [Fact]
    [Trait("Requirement", "A-49")]
    public async Task Remove_CompletedGeneration_LeavesNothing()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync(TestHost.Request() with { Stems = true });
        await host.Orchestrator.RunAllAsync();
        Assert.NotEmpty(host.Blobs.Names);

        await host.Get<JobRemoval>().RemoveGenerationAsync(job.JobId, Caller.Owner);

        Assert.Empty(host.Blobs.Names);
        Assert.Null(await host.Ledger.FindAsync(job.JobId));
        Assert.Empty(await host.EventTypesAsync(job.JobId));
        Assert.Null(await host.Orchestrator.FindAsync(job.JobId));
        Assert.Empty(await host.Index.CountAsync(Caller.Owner));
        Assert.Equal(Problem.JobNotFound, (await Assert.ThrowsAsync<PipelineException>(() => host.Get<JobRemoval>().RemoveGenerationAsync(job.JobId, Caller.Owner))).Problem);
    }

    [Fact]
    [Trait("Requirement", "A-49")]
    public async Task Remove_RunningWaitingAndForeign_AreRefused()
    {
        using var host = new TestHost();
        Job running = await host.SubmitAsync(), waiting = await host.SubmitAsync();
        JobRemoval removal = host.Get<JobRemoval>();

        Assert.Equal(Problem.JobState, (await Assert.ThrowsAsync<PipelineException>(() => removal.RemoveGenerationAsync(running.JobId, Caller.Owner))).Problem);
        Assert.Equal(Problem.JobState, (await Assert.ThrowsAsync<PipelineException>(() => removal.RemoveGenerationAsync(waiting.JobId, Caller.Owner))).Problem);
        Assert.Equal(Problem.JobNotFound, (await Assert.ThrowsAsync<PipelineException>(() => removal.RemoveGenerationAsync(running.JobId, stranger))).Problem);
        await host.Desk.CancelAsync(waiting.JobId, Caller.Owner, force: false);
        await removal.RemoveGenerationAsync(waiting.JobId, Caller.Owner);
        Assert.Null(await host.Ledger.FindAsync(waiting.JobId));
    }

    [Fact]
    [Trait("Requirement", "A-49")]
    public async Task Remove_DiesAtAnyWrite_SecondCallOrListsKnowNothingMore()
    {
        for (int writes = 0; ; writes++)
        {
            using var host = new TestHost();
            Job job = await host.SubmitAsync();
            await host.Orchestrator.RunAllAsync();
            host.Rows.WritesLeft = writes;
            bool died = false;
            try
            {
                await host.Get<JobRemoval>().RemoveGenerationAsync(job.JobId, Caller.Owner);
            }
            catch (IOException)
            {
                died = true;
            }

            host.Rows.WritesLeft = null;
            if (await host.Ledger.FindAsync(job.JobId) is not null) await host.Get<JobRemoval>().RemoveGenerationAsync(job.JobId, Caller.Owner);
            Assert.Empty(host.Blobs.Names);
            Assert.Empty(await host.Index.ListAsync().ToListAsync());
            if (!died) break;
        }
    }

    [Fact]
    [Trait("Requirement", "D-22")]
    public async Task Dismiss_EndedJob_HidesItAndChangesNothingElse()
    {
        using var host = new TestHost();
        Job job = await host.SubmitAsync();
        await host.Ledger.DismissAsync(job.JobId);
        Assert.False((await host.Ledger.GetAsync(job.JobId)).Dismissed);
        await host.Orchestrator.RunAllAsync();
        Job ended = await host.Ledger.GetAsync(job.JobId);

        await host.Ledger.DismissAsync(job.JobId);

        Job dismissed = await host.Ledger.GetAsync(job.JobId);
        Assert.Equal((JobStatus.Completed, 100, ended.CompletedAt, true), (dismissed.Status, dismissed.Progress, dismissed.CompletedAt, dismissed.Dismissed));
        Assert.Equal(ended.Result!.Value.GetRawText(), dismissed.Result!.Value.GetRawText());
        Assert.Empty((await host.Index.PageAsync(Caller.Owner, new(Dismissed: false), null, 9)).Jobs);
        Assert.Single((await host.Index.PageAsync(Caller.Owner, new(Dismissed: true), null, 9)).Jobs);
    }
}
