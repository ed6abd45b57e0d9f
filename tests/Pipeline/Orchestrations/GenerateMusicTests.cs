using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Orchestrations;

public sealed class GenerateMusicTests
{
    [Fact]
    [Trait("Requirement", "A-44")]
    [Trait("Requirement", "X-11")]
    public async Task GenerateMusic_WithStems_PublishesFilesAndLeavesNoScratch()
    {
        using var host = new TestHost();
        Job job = await RunAsync(host, TestHost.Request() with { Stems = true });

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        string id = job.JobId;
        Assert.Equal(
            [
                $"outputs/2026/11/20/{id}.manifest.json", $"outputs/2026/11/20/{id}.mid", $"outputs/2026/11/20/{id}.mix.wav", $"outputs/2026/11/20/{id}.wav",
                $"stems/2026/11/20/{id}/high.wav", $"stems/2026/11/20/{id}/low.wav",
            ],
            host.Blobs.Names);
        Assert.Equal(
            ["GenerateAudio", "ExportAudio", "ExtractMetadata", "PublishGeneration", "CloseJob"],
            host.Orchestrator.Ran);
    }

    [Fact]
    public async Task GenerateMusic_WithoutStems_KeepsNone()
    {
        using var host = new TestHost();
        Job job = await RunAsync(host, TestHost.Request());

        Assert.Null(job.Result!.Value.Deserialize<GenerationResult>(Payload.Options)!.Stems);
        Assert.DoesNotContain(host.Blobs.Names, name => name.StartsWith("stems/", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "X-16")]
    public async Task GenerateMusic_WhileItRuns_ProgressNeverFallsAndEndsAtHundred()
    {
        using var host = new TestHost();
        host.Player.BeforeBlock = _ => { host.Clock.Advance(TimeSpan.FromSeconds(1)); return Task.CompletedTask; };
        Job job = await RunAsync(host, TestHost.Request(seconds: 4));

        JobUpdate[] updates = [.. (await host.Events.ReadAsync(job.JobId, 0, 1000)).Select(logged => Payload.Read<JobUpdate>(logged.Data))];
        Assert.True(updates.Length > 15, $"{updates.Length} updates");
        Assert.Equal(updates.Select(update => update.Progress).Order(), updates.Select(update => update.Progress));
        Assert.All(updates[..^1], update => Assert.InRange(update.Progress, 0, 99));
        Assert.Equal(100, updates[^1].Progress);
        JobStep[] steps = [.. updates.Select(update => update.CurrentStep).Distinct()];
        Assert.Equal(steps.Order(), steps);
    }

    [Fact]
    public async Task GenerateMusic_FasterThanTwiceASecond_ReportsEachStepOnly()
    {
        using var host = new TestHost();
        Job job = await RunAsync(host, TestHost.Request(seconds: 10));
        Assert.InRange((await host.EventTypesAsync(job.JobId)).Count, 7, 9);
    }

    [Fact]
    [Trait("Requirement", "X-09")]
    public async Task GenerateMusic_EveryStepDeliveredTwice_GivesTheSameBytes()
    {
        using var once = new TestHost();
        Job undisturbed = await RunAsync(once, TestHost.Request() with { Stems = true });

        using var twice = new TestHost();
        foreach (string step in new[] { "GenerateAudio", "ExportAudio", "ExtractMetadata", "PublishGeneration" })
            twice.Orchestrator.LoseResultOnce.TryAdd(step, true);
        Job disturbed = await RunAsync(twice, TestHost.Request() with { Stems = true });

        Assert.True(disturbed.Status == JobStatus.Completed, disturbed.ErrorMessage);
        Assert.Equal(4, disturbed.Retries.Count);
        Assert.Equal(await DigestAsync(once, undisturbed), await DigestAsync(twice, disturbed));
    }

    [Fact]
    [Trait("Requirement", "A-63")]
    public async Task GenerateMusic_StepFailsThreeTimes_WaitsAsQueuedAndCompletes()
    {
        using var host = new TestHost();
        for (int n = 0; n < 3; n++) host.Orchestrator.FailNext("ExportAudio", new IOException("the disk is away"));
        Job job = await RunAsync(host, TestHost.Request());

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal(["ExportAudio/1", "ExportAudio/2", "ExportAudio/3"], job.Retries.Select(name => name.Split(':')[0]));
        Assert.Equal([1.0, 2.0, 4.0], host.Orchestrator.Waited.Select(wait => wait.TotalSeconds));
        JobUpdate[] updates = [.. (await host.Events.ReadAsync(job.JobId, 0, 1000)).Select(logged => Payload.Read<JobUpdate>(logged.Data))];
        Assert.Contains(updates, update => update is { Status: JobStatus.Pending, CurrentStep: JobStep.Queued, RetryCount: 2 });
    }

    [Fact]
    [Trait("Requirement", "A-64")]
    public async Task GenerateMusic_StepFailsFourTimes_FailsWithRetriesAndReason()
    {
        using var host = new TestHost();
        for (int n = 0; n < 4; n++) host.Orchestrator.FailNext("GenerateAudio", new IOException("the disk is away"));
        Job job = await RunAsync(host, TestHost.Request());

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal(JobStep.Failed, job.CurrentStep);
        Assert.Equal(Problem.Internal.Code, job.ErrorCode);
        Assert.Contains("the disk is away", job.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("3 retries", job.ErrorMessage, StringComparison.Ordinal);
        Assert.NotNull(job.CompletedAt);
        Assert.Empty(host.Blobs.Names);
    }

    /// <summary>A store of the cloud that is away comes back; only a job that has waited for it as long as for any fault says what it waited for.</summary>
    [Theory]
    [InlineData(1, JobStatus.Completed)]
    [InlineData(3, JobStatus.Completed)]
    [InlineData(4, JobStatus.Failed)]
    public async Task GenerateMusic_StoreIsAway_IsTriedAgainAsAfterAFault(int times, JobStatus end)
    {
        using var host = new TestHost();
        for (int n = 0; n < times; n++) host.Orchestrator.FailNext("ExportAudio", new StoreAwayException("The store could not write outputs/a (503 ServerBusy)."));
        Job job = await RunAsync(host, TestHost.Request());

        Assert.Equal((end, Math.Min(times, 3)), (job.Status, job.Retries.Count));
        if (end == JobStatus.Completed) return;
        Assert.Equal("STORAGE_WRITE_FAILED", job.ErrorCode);
        Assert.Contains("503 ServerBusy", job.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GenerateMusic_ProblemInAStep_FailsAtOnceWithThatProblem()
    {
        using var host = new TestHost();
        host.Orchestrator.FailNext("ExportAudio", new PipelineException(Problem.StorageWriteFailed, "The disk is full."));
        Job job = await RunAsync(host, TestHost.Request());

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal("STORAGE_WRITE_FAILED", job.ErrorCode);
        Assert.Equal("The disk is full.", job.ErrorMessage);
        Assert.Empty(job.Retries);
    }

    [Fact]
    [Trait("Requirement", "A-44")]
    public async Task GenerateMusic_AnalysisFails_CompletesWithAWarning()
    {
        using var host = new TestHost();
        host.Orchestrator.FailNext("ExtractMetadata", new PipelineException(Problem.InvalidSamples, "Sample 7 is not a number."));
        Job job = await RunAsync(host, TestHost.Request());

        Assert.Equal(JobStatus.Completed, job.Status);
        GenerationResult result = job.Result!.Value.Deserialize<GenerationResult>(Payload.Options)!;
        Assert.Null(result.Metadata);
        Assert.Contains("Sample 7", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(result.Warnings, job.Warnings);
    }

    [Fact]
    [Trait("Requirement", "A-66")]
    public async Task GenerateMusic_CancelledWhilePlaying_StopsWithinABlockAndLeavesNothing()
    {
        using var host = new TestHost();
        Job submitted = await host.SubmitAsync(TestHost.Request(seconds: 60));
        int last = 0;
        host.Player.BeforeBlock = async block =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            last = block;
            if (block == 3) await host.Desk.CancelAsync(submitted.JobId, Caller.Owner, force: true);
        };
        await host.Orchestrator.RunAllAsync();

        Job job = (await host.Ledger.FindAsync(submitted.JobId))!;
        Assert.Equal(JobStatus.Cancelled, job.Status);
        Assert.Equal(3, last);
        Assert.Empty(host.Blobs.Names);
        Assert.Equal(JobEvents.Cancelled, (await host.EventTypesAsync(job.JobId))[^1]);
    }

    [Fact]
    [Trait("Requirement", "A-66")]
    public async Task GenerateMusic_CancelledAfterPublishing_LeavesNoFile()
    {
        using var host = new TestHost();
        Job submitted = await host.SubmitAsync();
        host.Orchestrator.BeforeActivity = name => name == "CloseJob" ? host.Desk.CancelAsync(submitted.JobId, Caller.Owner, force: true) : Task.CompletedTask;
        await host.Orchestrator.RunAllAsync();

        Assert.Equal(JobStatus.Cancelled, (await host.Ledger.FindAsync(submitted.JobId))!.Status);
        Assert.Empty(host.Blobs.Names);
    }

    [Fact]
    [Trait("Requirement", "A-43")]
    public async Task GenerateMusic_OddDuration_HasThatManyFrames()
    {
        using var host = new TestHost();
        Job job = await RunAsync(host, TestHost.Request(seconds: 1.00003));
        GenerationResult result = job.Result!.Value.Deserialize<GenerationResult>(Payload.Options)!;
        Assert.Equal(48_001 / 48_000.0, result.DurationSeconds);
        Assert.Equal(2, result.SourceChannels);
    }

    [Fact]
    public async Task Manifest_HoldsNoTimeAndNoId()
    {
        using var host = new TestHost();
        Job job = await RunAsync(host, TestHost.Request() with { Stems = true });
        await using Stream stream = (await host.Blobs.OpenReadAsync(job.Result!.Value.Deserialize<GenerationResult>(Payload.Options)!.Manifest))!;
        string manifest = await new StreamReader(stream).ReadToEndAsync();

        Assert.DoesNotContain(job.JobId, manifest, StringComparison.Ordinal);
        Assert.DoesNotContain("2026", manifest, StringComparison.Ordinal);
        Assert.Contains("\"understood\": {", manifest, StringComparison.Ordinal);
        Assert.Contains("\"stems/low\"", manifest, StringComparison.Ordinal);
    }

    static async Task<Job> RunAsync(TestHost host, GenerationRequest request)
    {
        Job job = await host.SubmitAsync(request);
        await host.Orchestrator.RunAllAsync();
        return (await host.Ledger.FindAsync(job.JobId))!;
    }

    /// <summary>Every blob's bytes, under names without the job's id.</summary>
    static async Task<string> DigestAsync(TestHost host, Job job)
    {
        List<string> lines = [];
        foreach (string name in host.Blobs.Names)
        {
            string[] parts = name.Split('/', 2);
            await using Stream stream = (await host.Blobs.OpenReadAsync(new(parts[0], parts[1])))!;
            byte[] hash = await System.Security.Cryptography.SHA256.HashDataAsync(stream);
            lines.Add($"{name.Replace(job.JobId, "*", StringComparison.Ordinal)} {Convert.ToHexStringLower(hash)}");
        }

        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }
}
