using System.Security.Cryptography;
using DgxMusic.Azure.Tests.Stores;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Engines;
using DgxMusic.Pipeline.Tests.Generations;
using DgxMusic.Pipeline.Tests.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.GpuWorker.Tests;

/// <summary>A model's music in the GPU worker: its codes are written and made sound there, and what one worker had written the next goes on from.</summary>
[NeedsStorage]
public sealed class GenerationTests : WorkerStory
{
    const string Model = "musicgen-small";

    static readonly GenerationRequest request = TestHost.Request(seconds: 4) with { Model = Model, TopK = 8 };

    readonly SmallMusicGen files = new();

    (string Name, string Value) Own => ($"Engines:Weights:{Model}", files.Folder);

    /// <summary>No GPU, should the machine have one: its bits are others than those of our own engine, which the twin runs on.</summary>
    (string Name, string Value)[] Settings => [($"Engines__Weights__{Model}", files.Folder), ("CUDA_VISIBLE_DEVICES", "-1")];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        files.Dispose();
    }

    [Fact]
    public async Task Worker_KilledInTheSecondBlock_TheNextGoesOnFromTheFirstAndTheFilesAreTheSame()
    {
        using TestHost host = Host(services => services.AddSingleton<IGpuProbe>(new FakeGpu()), Own);
        // So much as half a minute has room for, as far as anybody knows: after a first block it is known better.
        await host.Get<TuningStore>().LearnAsync(host.Get<EngineRegistry>().FindWriter(Model).Facts, false, "before", 0.05);
        Job job = await host.SubmitAsync(request);
        await using WorkerProcess first = StartWorker(Settings);
        await UntilAsync(() => Given(nameof(WriteCodes)) == 2);
        int begun = Scheduler.Given.Count;
        first.Kill();
        await using WorkerProcess second = StartWorker(Settings);
        job = await EndAsync(host, job);

        Assert.Empty(job.Retries);
        AssertGivenAgain(begun);
        Assert.Equal((1, 3), (Given(nameof(PrepareGenerator)), Given(nameof(WriteCodes))));
        Assert.InRange(Given(nameof(DecodeCodes)), 1, 10);
        Assert.All(Scheduler.Ended, ended => Assert.Null(ended.FailureDetails));
        using var alone = new TestHost(settings: [Own]);
        Job twin = await alone.SubmitAsync(request);
        await alone.Orchestrator.RunAllAsync();
        Assert.Contains("WriteCodesOnCpu", alone.Orchestrator.Ran);
        Assert.Equal(await DigestsAsync(alone.Blobs, await alone.ReadAsync(twin)), await DigestsAsync(Blobs, job));
    }

    int Given(string activity) => Scheduler.Given.Count(given => given.Name == activity);

    /// <summary>Of what can be heard; a manifest says where it was made.</summary>
    static async Task<Dictionary<string, string>> DigestsAsync(IBlobStore blobs, Job job)
    {
        Dictionary<string, string> digests = [];
        foreach ((string role, BlobRef blob) in JobOutputs.Of(job).Where(output => output.Key != "manifest"))
        {
            await using Stream stream = (await blobs.OpenReadAsync(blob))!;
            digests[role] = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
        }

        return digests;
    }
}
