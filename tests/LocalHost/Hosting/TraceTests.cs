using System.Collections.Concurrent;
using System.Diagnostics;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Telemetry;

namespace DgxMusic.LocalHost.Tests.Hosting;

public sealed class TraceTests : IAsyncLifetime
{
    const string Prompt = "a very private melody";
    readonly PipelineOnDisk pipeline = new();
    readonly ConcurrentQueue<Activity> ended = new();
    readonly ActivityListener listener;

    public TraceTests()
    {
        listener = new()
        {
            ShouldListenTo = source => source.Name is Spans.Name or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        listener.Dispose();
        await pipeline.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trace_FromTheRequestToTheLastStep_IsOne(bool crash)
    {
        using var source = new ActivitySource("test");
        await pipeline.StartAsync();
        Job job;
        ActivityTraceId trace;
        using (Activity request = source.StartActivity("request", ActivityKind.Server)!)
        {
            trace = request.TraceId;
            job = await pipeline.Get<JobDesk>().SubmitAsync(new GenerationRequest { Prompt = Prompt, Duration = crash ? 60 : 2, Seed = 3 }, JobTerms.Local);
        }

        if (crash) await pipeline.CrashAndRestartAsync();
        await pipeline.PassUntilAsync(async () => await EndedAsync(job) && Mine(job).Any(span => span.DisplayName == "activity CloseJob"), TimeSpan.FromMilliseconds(100));

        Activity[] spans = [.. Mine(job)];
        Assert.All(spans, span => Assert.Equal(trace, span.TraceId));
        foreach (string step in (string[])["activity GenerateAudio", "activity ExportAudio", "activity ExtractMetadata", "activity PublishGeneration", "activity CloseJob"])
            Assert.Contains(step, spans.Select(span => span.DisplayName));
        Activity whole = Assert.Single(spans, span => span.DisplayName == "job generation");
        Assert.Equal((ActivityStatusCode.Unset, "completed"), (whole.Status, whole.GetTagItem("dgx.job.status")));
        Activity played = spans.Last(span => span.DisplayName == "activity GenerateAudio");
        Assert.Equal(("cpu", 1, "completed"), ((string)played.GetTagItem("dgx.activity.lane")!, (int)played.GetTagItem("dgx.activity.attempt")!, (string)played.GetTagItem("dgx.activity.outcome")!));
        string told = string.Join('\n', spans.SelectMany(span => span.TagObjects.Select(tag => $"{tag.Value}").Append(span.DisplayName).Append(span.StatusDescription)));
        Assert.DoesNotContain("private", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_FailedJob_SaysErrorAndItsCode()
    {
        var ledger = pipeline.Get<JobLedger>();
        Job job = pipeline.Get<JobDesk>().Draft(JobKind.Export, "", "cpu", JobTerms.Local, (_, _) => 0);
        Assert.True(await ledger.TryAddAsync(job));
        await ledger.UpdateAsync(job.JobId, "end", row => row with { Status = JobStatus.Failed, ErrorCode = "UNREADABLE_AUDIO", ErrorMessage = "secret.wav is no audio", CompletedAt = ledger.UtcNow });
        Job row = (await ledger.FindAsync(job.JobId))!;
        await ledger.AnnounceEndAsync(row);
        Activity span = Assert.Single(Mine(job));
        Assert.Equal((ActivityStatusCode.Error, "UNREADABLE_AUDIO"), (span.Status, span.GetTagItem("error.type")));
        Assert.DoesNotContain(span.TagObjects, tag => $"{tag.Value}".Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NewJob_WithoutARequest_HasATraceOfItsOwn()
    {
        Activity.Current = null;
        Job job = await pipeline.Get<JobDesk>().SubmitAsync(new GenerationRequest { Prompt = Prompt, Duration = 1 }, JobTerms.Local);
        Assert.True(ActivityContext.TryParse(job.TraceParent, null, out ActivityContext context));
        Assert.NotEqual(default, context.TraceId);
    }

    IEnumerable<Activity> Mine(Job job) => ended.Where(span => (string?)span.GetTagItem("dgx.job.id") == job.JobId);

    async Task<bool> EndedAsync(Job job) => (await pipeline.Get<JobLedger>().FindAsync(job.JobId))!.IsTerminal;
}
