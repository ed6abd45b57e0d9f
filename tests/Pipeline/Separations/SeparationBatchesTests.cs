using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Separations;

public sealed class SeparationBatchesTests
{
    [Fact, Trait("Requirement", "D-43")]
    public async Task Submit_SomeRefused_OthersRunUnderOneJobWhoseProgressIsTheirMean()
    {
        using var host = new TestHost();
        SeparationWish[] wishes = [await WishAsync(host), new("notes.txt", null, null, new(Problem.UnreadableAudio, "This is not audio.")), await WishAsync(host), await WishAsync(host, new() { Model = "none" })];
        Job batch = await host.Get<SeparationBatches>().SubmitAsync(wishes, JobTerms.Local);

        SeparationItem[] items = [.. batch.ReadInput<SeparationBatchInput>().Items];
        Assert.Equal([null, "UNREADABLE_AUDIO", null, "INVALID_REQUEST"], items.Select(item => item.Code));
        Assert.Equal([true, false, true, false], items.Select(item => item.JobId is not null));
        Assert.Equal((JobKind.SeparationBatch, JobStatus.Pending, 0), (batch.Kind, batch.Status, batch.Progress));
        List<int> seen = [];
        host.Orchestrator.BeforeActivity = async _ =>
        {
            Job now = await host.ReadAsync(batch);
            double mean = 0;
            foreach (SeparationItem item in items.Where(item => item.JobId is not null)) mean += await ShareAsync(host, item.JobId!) / 2;
            Assert.Equal((int)(mean + 1e-9), now.Progress);
            seen.Add(now.Progress);
        };
        await host.Orchestrator.RunAllAsync();

        Assert.Equal(seen.Order(), seen);
        Assert.True(seen.Count(progress => progress is > 0 and < 50) > 2 && seen.Count(progress => progress is > 50 and < 100) > 2, string.Join(", ", seen));
        Job ended = await host.ReadAsync(batch);
        Assert.Equal((JobStatus.Completed, 100), (ended.Status, ended.Progress));
        Assert.Equal(2, ended.Warnings.Count);
        IReadOnlyList<BatchedSeparation> result = Payload.Read<SeparationBatchResult>(ended.Result!.Value).Items;
        Assert.Equal([JobStatus.Completed, null, JobStatus.Completed, null], result.Select(item => item.Status));
        IReadOnlyList<string> types = await host.EventTypesAsync(batch.JobId);
        Assert.Equal((JobEvents.Created, JobEvents.Completed), (types[0], types[^1]));
        Assert.True(types.Count > 6 && types.Skip(1).SkipLast(1).All(type => type == JobEvents.Updated));
        foreach (SeparationItem item in items.Where(item => item.JobId is not null)) Assert.Equal(batch.JobId, (await host.Ledger.GetAsync(item.JobId!)).ParentId);
        Assert.Equal(2, (await host.Get<QueueStatistics>().ReadAsync()).CompletedJobs);
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Batch_OneFails_CompletesAndSaysSo_AllFail_Fails()
    {
        using var host = new TestHost();
        host.Orchestrator.FailNext("DecodeTrack", new PipelineException(Problem.InvalidSamples, "Not numbers."));
        Job half = await SubmitAsync(host, 2);
        await host.Orchestrator.RunAllAsync();
        Job ended = await host.ReadAsync(half);
        Assert.Equal(JobStatus.Completed, ended.Status);
        Assert.Equal(["INVALID_SAMPLES", null], Payload.Read<SeparationBatchResult>(ended.Result!.Value).Items.Select(item => item.Code));
        Assert.Contains("Not numbers.", Assert.Single(ended.Warnings), StringComparison.Ordinal);

        for (int n = 0; n < 2; n++) host.Orchestrator.FailNext("DecodeTrack", new PipelineException(Problem.InvalidSamples, "Not numbers."));
        Job none = await SubmitAsync(host, 2);
        await host.Orchestrator.RunAllAsync();
        ended = await host.ReadAsync(none);
        Assert.Equal((JobStatus.Failed, "INVALID_SAMPLES"), (ended.Status, ended.ErrorCode));
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Submit_NoneFit_IsRefusedAndWritesNothing()
    {
        using var host = new TestHost();
        SeparationWish[] wishes = [new("a", null, null, new(Problem.UnreadableAudio, "This is not audio.")), await WishAsync(host, new() { Overlap = 7 })];
        int before = host.Rows.Writes;
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Get<SeparationBatches>().SubmitAsync(wishes, JobTerms.Local));
        Assert.Equal((Problem.InvalidRequest, before), (refusal.Problem, host.Rows.Writes));
        Assert.Equal(["items[0]", "items[1].overlap"], refusal.Details.Keys.Order(StringComparer.Ordinal));
    }

    [Theory, Trait("Requirement", "D-43")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_TheBatch_CancelsItsJobs(bool isRunning)
    {
        using var host = new TestHost();
        Job first = await host.SubmitAsync();
        Job batch = await SubmitAsync(host, 3);
        if (isRunning)
        {
            host.Orchestrator.BeforeActivity = async name =>
            {
                if (name.StartsWith("SeparateSegments", StringComparison.Ordinal) && !(await host.ReadAsync(batch)).CancelRequested) await CancelAsync(host, batch);
            };
        }
        else
        {
            await CancelAsync(host, batch);
        }

        await host.Orchestrator.RunAllAsync();
        await host.SweepAsync();

        Assert.Equal(JobStatus.Completed, (await host.ReadAsync(first)).Status);
        Assert.Equal(JobStatus.Cancelled, (await host.ReadAsync(batch)).Status);
        foreach (string id in batch.ReadInput<SeparationBatchInput>().Parts) Assert.Equal(JobStatus.Cancelled, (await host.Ledger.GetAsync(id)).Status);
        Assert.DoesNotContain(host.Blobs.Names, name => name.StartsWith("stems/", StringComparison.Ordinal) || name.StartsWith("work/", StringComparison.Ordinal));
        Assert.Equal(JobEvents.Cancelled, (await host.EventTypesAsync(batch.JobId))[^1]);
        Assert.Empty(await host.Queue.HoldersAsync());
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Submit_Repeated_IsTheSameBatch()
    {
        using var host = new TestHost();
        JobTerms terms = JobTerms.Local with { Ticket = WorkTicket.Draw(host.Ledger.UtcNow) };
        SeparationWish[] wishes = [await WishAsync(host), await WishAsync(host)];
        Job once = await host.Get<SeparationBatches>().SubmitAsync(wishes, terms), twice = await host.Get<SeparationBatches>().SubmitAsync(wishes, terms);
        Assert.Equal(once.JobId, twice.JobId);
        Assert.Equal(3, (await host.Index.ListAsync().ToListAsync()).Count);
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Submit_DiesAtAnyWrite_AllOrNoneEndOnce()
    {
        int all = 0;
        for (int writes = 0; ; writes++)
        {
            using var first = new TestHost();
            SeparationWish[] wishes = [await WishAsync(first), await WishAsync(first)];
            int before = first.Rows.Writes;
            first.Rows.WritesLeft = writes;
            bool died = false;
            try
            {
                await first.Get<SeparationBatches>().SubmitAsync(wishes, JobTerms.Local);
            }
            catch (IOException)
            {
                died = true;
            }

            using var next = new TestHost(dead: first);
            await RecoverAsync(next);
            List<Job> jobs = await next.Index.ListAsync().ToListAsync();
            Assert.True(jobs.Count is 0 or 3 && jobs.All(job => job.Status == JobStatus.Completed), $"after {writes} writes: {string.Join(", ", jobs.Select(job => $"{job.Kind} {job.Status}"))}");
            foreach (Job job in jobs) Assert.Equal(1, (await next.EventTypesAsync(job.JobId)).Count(JobEvents.IsLast));
            Assert.Empty(await next.Catalog.QueryAsync("separation-batches", "accepted", null, 10));
            all += jobs.Count == 3 ? 1 : 0;
            if (died) continue;
            Assert.True(all > 5 && writes > first.Rows.Writes - before - 1 && writes > 15, $"{all} of {writes}");
            return;
        }
    }

    [Fact, Trait("Requirement", "D-43")]
    public async Task Run_DiesAtAnyWrite_TheBatchEndsOnceWithItsJobs()
    {
        for (int writes = 0; ; writes += 3)
        {
            using var first = new TestHost();
            Job batch = await SubmitAsync(first, 2);
            first.Rows.WritesLeft = writes;
            bool died = false;
            try
            {
                await first.Orchestrator.RunAllAsync();
            }
            catch (Exception death) when (death is CrashException or IOException or StepFailedException)
            {
                died = true;
            }

            using var next = new TestHost(dead: first);
            await RecoverAsync(next);
            Job ended = await next.ReadAsync(batch);
            Assert.True(ended is { Status: JobStatus.Completed, Progress: 100 }, $"after {writes} writes: {ended.Status} {ended.Progress}");
            Assert.Equal(1, (await next.EventTypesAsync(batch.JobId)).Count(JobEvents.IsLast));
            Assert.All(Payload.Read<SeparationBatchResult>(ended.Result!.Value).Items, item => Assert.Equal(JobStatus.Completed, item.Status));
            if (!died) return;
        }
    }

    static async Task RecoverAsync(TestHost host)
    {
        for (int n = 0; n < 2; n++)
        {
            await host.SweepAsync();
            await host.Orchestrator.RunAllAsync();
            host.Clock.Advance(TimeSpan.FromMinutes(2));
        }

        await host.SweepAsync();
    }

    static async Task CancelAsync(TestHost host, Job batch)
    {
        await host.Desk.CancelAsync(batch.JobId, Caller.Owner, force: true);
        await host.Get<BatchParents>().SettleAsync(batch.JobId);
    }

    static async Task<double> ShareAsync(TestHost host, string id) => await host.Ledger.GetAsync(id) is { } job && job.IsTerminal ? 100 : (await host.Ledger.GetAsync(id)).Progress;

    static async Task<Job> SubmitAsync(TestHost host, int count)
    {
        List<SeparationWish> wishes = [];
        for (int n = 0; n < count; n++) wishes.Add(await WishAsync(host));
        return await host.Get<SeparationBatches>().SubmitAsync(wishes, JobTerms.Local);
    }

    static async Task<SeparationWish> WishAsync(TestHost host, SeparationRequest? request = null)
    {
        UploadRow row = await host.Get<UploadReceiver>().ReceiveAsync(Caller.OwnerId, "a.wav", target => target.WriteAsync(Waves.Sine(1)).AsTask());
        return new("a.wav", await host.Get<UploadDesk>().FindAsync(JobKind.Separation, row.UploadId, Caller.Owner), request ?? new(), null);
    }
}
