using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Jobs;

public sealed class JobBatchesTests
{
    [Fact]
    [Trait("Requirement", "A-45")]
    public async Task Submit_TenRequests_RunInTheirOrder()
    {
        using var host = new TestHost();
        IReadOnlyList<Job> jobs = await host.Get<JobBatches>().SubmitAsync(10, n => Task.FromResult((TestHost.Request($"prompt number {n}"), JobTerms.Local)), JobTerms.Local);

        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"prompt number {n}"), jobs.Select(job => job.ReadInput<GenerationInput>().Request.Prompt));
        List<int?> positions = [];
        foreach (Job job in jobs) positions.Add(await host.Queue.PositionAsync(job));
        Assert.Equal(Enumerable.Range(0, 10).Select(n => (int?)n), positions);
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(10, new JobFilter(Status: JobStatus.Completed).CountIn(await host.Index.CountAsync(Caller.Owner)));
        Assert.Empty(await host.Catalog.QueryAsync("batches", "accepted", null, 10));
    }

    [Fact]
    [Trait("Requirement", "A-45")]
    public async Task Submit_SomeAtFault_NamesEachFieldAndAcceptsNone()
    {
        using var host = new TestHost();
        GenerationRequest[] requests =
        [
            TestHost.Request(), TestHost.Request("", seconds: 9999), TestHost.Request() with { Model = "musicgen-small" }, TestHost.Request() with { Bpm = 1 },
        ];
        int before = host.Rows.Writes;

        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Get<JobBatches>().SubmitAsync(4, n => Task.FromResult((requests[n], JobTerms.Local)), JobTerms.Local));

        Assert.Equal(Problem.InvalidRequest, refusal.Problem);
        Assert.Equal(["requests[1].duration", "requests[1].prompt", "requests[2]", "requests[3].bpm"], refusal.Details.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(before, host.Rows.Writes);
    }

    [Fact]
    [Trait("Requirement", "A-45")]
    public async Task Submit_DiesAtAnyWrite_AllOrNoneAreThereAfterTheNextSweep()
    {
        for (int writes = 0; ; writes++)
        {
            using var host = new TestHost();
            host.Rows.WritesLeft = writes;
            bool died = false;
            try
            {
                await host.Get<JobBatches>().SubmitAsync(3, n => Task.FromResult((TestHost.Request($"prompt number {n}"), JobTerms.Local)), JobTerms.Local);
            }
            catch (IOException)
            {
                died = true;
            }

            host.Rows.WritesLeft = null;
            await host.Queue.SweepAsync();
            await host.Get<JobBatches>().SweepAsync();
            await host.Orchestrator.RunAllAsync();
            await host.Queue.SweepAsync();
            await host.Orchestrator.RunAllAsync();

            int completed = new JobFilter(Status: JobStatus.Completed).CountIn(await host.Index.CountAsync(Caller.Owner));
            Assert.True(completed == (writes == 0 ? 0 : 3), $"{completed} after {writes} writes");
            Assert.Empty(await host.Catalog.QueryAsync("batches", "accepted", null, 10));
            if (!died) break;
        }
    }

    [Fact]
    public async Task Complete_IdTakenMeanwhile_DrawsAnother()
    {
        using var host = new TestHost();
        Job foreign = await host.SubmitAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        host.Rows.WritesLeft = 1;
        await Assert.ThrowsAsync<IOException>(() => host.Get<JobBatches>().SubmitAsync(1, _ => Task.FromResult((TestHost.Request("the one that waits"), JobTerms.Local)), JobTerms.Local));
        host.Rows.WritesLeft = null;
        var row = Assert.Single(await host.Catalog.QueryAsync("batches", "accepted", null, 10));
        string drafted = row.Value.GetProperty("jobs")[0].GetProperty("jobId").GetString()!;
        string taken = row.Value.GetRawText().Replace(drafted, foreign.JobId, StringComparison.Ordinal);
        await host.Catalog.TryReplaceAsync(row, System.Text.Json.JsonDocument.Parse(taken).RootElement);

        await host.Get<JobBatches>().SweepAsync();

        Job[] jobs = await host.Index.ListAsync().ToArrayAsync();
        Assert.Equal(2, jobs.Select(job => job.JobId).Distinct().Count());
        Job waiting = jobs.Single(job => job.JobId != foreign.JobId);
        Assert.Equal(waiting.JobId, waiting.ReadInput<GenerationInput>().JobId);
        Assert.EndsWith(waiting.JobId, waiting.ReadInput<GenerationInput>().Folder, StringComparison.Ordinal);
        Assert.Equal(foreign.Input.GetRawText(), (await host.Ledger.GetAsync(foreign.JobId)).Input.GetRawText());
    }
}
