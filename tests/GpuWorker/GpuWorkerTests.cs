using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using DgxMusic.Azure.Tests.Stores;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Separations;
using DgxMusic.Pipeline.Uploads;

[assembly: TestFramework("DgxMusic.Azure.Tests.Stores.StorageFramework", "DgxMusic.Azure.Tests")]

namespace DgxMusic.GpuWorker.Tests;

/// <summary>The GPU worker as a process: it takes GPU work only, and what it has not finished is done by the next.</summary>
[NeedsStorage]
public sealed class GpuWorkerTests : WorkerStory
{
    static readonly (string, string) mocks = (EngineSwitches.DemucsSetting, "1");
    static readonly SeparationRequest request = SeparationStory.Floats() with { Model = "htdemucs", Title = "Song [[sleep:1]]" };

    [Fact]
    public async Task Worker_KilledInTheMiddle_TheNextDoesTheStepAgainAndTheFilesAreTheSame()
    {
        using TestHost host = Host(settings: mocks);
        Job job = await SubmitAsync(host);
        await using WorkerProcess first = StartWorker(mocks);
        await UntilAsync(() => Scheduler.Given.Any(activity => activity.Name == nameof(SeparateSegments)));
        int begun = Scheduler.Given.Count;
        first.Kill();
        await using WorkerProcess second = StartWorker(mocks);
        job = await EndAsync(host, job);

        Assert.Empty(job.Retries);
        AssertGivenAgain(begun);
        Assert.All(Scheduler.Ended, ended => Assert.Null(ended.FailureDetails));
        using var inline = new SeparationStory(null, null, mocks);
        await inline.CompleteAsync(request);
        Assert.Equal((await inline.DigestAsync()).Split('\n').Where(line => line.StartsWith("stems/", StringComparison.Ordinal) && line.Contains(".wav", StringComparison.Ordinal)), await DigestAsync(job));

        // What it asks for: GPU activities, one at a time, nothing else.
        var asked = Scheduler.Asked.First();
        Assert.Equal(
            DgxMusic.Pipeline.PipelineDefinitions.Activities.Where(activity => activity.Lane == Lane.Gpu).Select(activity => activity.Name).Order(),
            asked.WorkItemFilters.Activities.Select(filter => filter.Name).Order());
        Assert.Empty(asked.WorkItemFilters.Orchestrations);
        Assert.Equal(1, asked.MaxConcurrentActivityWorkItems);
    }

    [Fact]
    public async Task Worker_AskedToStopInTheMiddle_LeavesTheStepToTheNextAndEndsInGoodOrder()
    {
        using TestHost host = Host(settings: mocks);
        Job job = await SubmitAsync(host);
        await using WorkerProcess first = StartWorker(mocks);
        await UntilAsync(() => Scheduler.Given.Any(activity => activity.Name == nameof(SeparateSegments)));
        int begun = Scheduler.Given.Count;
        first.Terminate();
        Assert.Equal(0, await first.ExitCodeAsync());
        Assert.True(Scheduler.Ended.Count < begun, "The step was reported after all.");
        await using WorkerProcess second = StartWorker(mocks);
        job = await EndAsync(host, job);

        Assert.Empty(job.Retries);
        Assert.All(Scheduler.Ended, ended => Assert.Null(ended.FailureDetails));
    }

    [Fact]
    public async Task Health_TellsAliveFromReady_LogsAreLinesOfJson()
    {
        await using WorkerProcess worker = StartWorker(("Engines__WarmUp", "spectral"));
        await UntilAsync(async () => await worker.GetAsync("/readyz") is { Status: HttpStatusCode.OK });
        Assert.Equal(HttpStatusCode.OK, (await worker.GetAsync("/healthz"))!.Value.Status);
        Assert.Contains(worker.Output, line => JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString() == "spectral is loaded.");
        Assert.All(worker.Output, line => JsonDocument.Parse(line));
    }

    [Fact]
    public async Task Readiness_NoScheduler_SaysSoAndIsAlive()
    {
        await using WorkerProcess worker = StartWorker((Connection, "Endpoint=http://127.0.0.1:1;TaskHub=hub;Authentication=None"));
        (HttpStatusCode Status, string Body)? ready = null;
        await UntilAsync(async () => (ready = await worker.GetAsync("/readyz")) is not null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready!.Value.Status);
        Assert.Contains("The scheduler does not answer", ready.Value.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await worker.GetAsync("/healthz"))!.Value.Status);
        worker.Terminate();
        Assert.Equal(0, await worker.ExitCodeAsync());
    }

    async Task<Job> SubmitAsync(TestHost host)
    {
        using (SeparationStory song = SeparationStory.With(_ => { }))
        {
            await using BlobWriter writer = await Blobs.CreateAsync(SeparationStory.Source);
            await writer.Stream.WriteAsync(song.File);
            await writer.CommitAsync();
        }

        return await host.Get<SeparationDesk>().SubmitAsync(new Upload(JobIds.Draw(JobKind.Separation), SeparationStory.Source, "song.wav"), request, JobTerms.Local);
    }

    async Task<IEnumerable<string>> DigestAsync(Job job)
    {
        List<string> lines = [];
        foreach (BlobInfo blob in await Blobs.ListAsync(Containers.Stems, "").ToListAsync())
        {
            if (!blob.Ref.Path.EndsWith(".wav", StringComparison.Ordinal)) continue;
            await using Stream stream = (await Blobs.OpenReadAsync(blob.Ref))!;
            lines.Add($"{blob.Ref.ToString().Replace(job.JobId, "*", StringComparison.Ordinal)} {Convert.ToHexStringLower(await SHA256.HashDataAsync(stream))}");
        }

        return lines.Order(StringComparer.Ordinal);
    }
}
