using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Engines;
using DgxMusic.Pipeline.Tests.Generations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Separations;
using DgxMusic.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Azure.Tests.Durable;

/// <summary>The same request gives the same files, byte for byte, whoever runs the orchestrations.</summary>
public sealed class StoryTests : IAsyncLifetime
{
    DurableStory durable = null!;

    public async Task InitializeAsync() => durable = await DurableStory.StartAsync();

    public async Task DisposeAsync() => await durable.DisposeAsync();

    [Fact]
    public async Task GenerateMusic_GivesTheBytesOfTheInlineRun()
    {
        using var host = new TestHost(durable.Add);
        Job job = await EndAsync(host, await host.SubmitAsync(TestHost.Request() with { Stems = true }));
        using var inline = new TestHost();
        Job twin = await inline.SubmitAsync(TestHost.Request() with { Stems = true });
        await inline.Orchestrator.RunAllAsync();

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Equal(await DigestAsync(inline, twin), await DigestAsync(host, job));
        Assert.Equal(await inline.EventTypesAsync(twin.JobId), await host.EventTypesAsync(job.JobId));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("here")]
    public async Task GenerateMusic_ModelInBlocks_GivesTheBytesOfTheInlineRun(string workers)
    {
        using var files = new SmallMusicGen();
        (Job job, string here) = await GenerateAsync(durable.Add, async (host, submitted) => await EndAsync(host, submitted));
        (Job twin, string there) = await GenerateAsync(_ => { }, async (host, submitted) =>
        {
            await host.Orchestrator.RunAllAsync();
            Assert.Equal(workers == "none", host.Orchestrator.Ran.Contains("WriteCodesOnCpu"));
            Assert.Equal(3, host.Orchestrator.Ran.Count(name => name.StartsWith(nameof(WriteCodes), StringComparison.Ordinal)));
            return await host.ReadAsync(submitted);
        });
        Assert.Equal(workers == "none" ? "cpu" : "cuda", job.DeviceUsed);
        Assert.Equal(job.DeviceUsed, twin.DeviceUsed);
        Assert.Equal(there, here);

        async Task<(Job Job, string Digest)> GenerateAsync(Action<IServiceCollection> add, Func<TestHost, Job, Task<Job>> end)
        {
            using var host = new TestHost(
                services =>
                {
                    add(services);
                    var gpu = new FakeGpu();
                    services.AddSingleton<IEngineFactory>(gpu).AddSingleton<IGpuProbe>(gpu).AddSingleton(MusicGenEngine.Of("musicgen-small", files.Files, gpu, WeightStorage.Float32));
                },
                settings: [("Gpu:Workers", workers)]);
            bool onCpu = workers == "none";
            await host.Get<TuningStore>().LearnAsync(host.Get<EngineRegistry>().FindWriter("musicgen-small").FactsOf(onCpu), onCpu, "before", 0.1);
            Job ended = await end(host, await host.SubmitAsync(TestHost.Request() with { Model = "musicgen-small", TopK = 8 }));
            Assert.True(ended.Status == JobStatus.Completed, ended.ErrorMessage);
            return (ended, await DigestAsync(host, ended));
        }
    }

    [Fact]
    public async Task GenerateMusic_StepFailsOnce_WaitsForAPlaceAndCompletes()
    {
        using var host = new TestHost(durable.Add);
        int blocks = 0;
        host.Player.BeforeBlock = _ => Interlocked.Increment(ref blocks) == 1 ? throw new IOException("the disk is away") : Task.CompletedTask;
        Job job = await EndAsync(host, await host.SubmitAsync());
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Equal(["GenerateAudio/1"], job.Retries.Select(name => name.Split(':')[0]));
    }

    [Fact]
    public async Task SeparateTrack_ModelWithoutWeights_GivesTheBytesOfTheInlineRun()
    {
        SeparationRequest request = SeparationStory.Floats() with { Model = "spectral", WithResidual = true };
        using SeparationStory story = SeparationStory.With(durable.Add);
        Job job = await EndAsync(story.Host, await story.SubmitAsync(request));
        using SeparationStory inline = SeparationStory.With(_ => { });
        await inline.CompleteAsync(request);

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Equal(await inline.DigestAsync(), await story.DigestAsync());
    }

    [Fact]
    public async Task SeparateTrack_GpuGivesUpOnTheWay_GivesTheBytesOfTheInlineRun()
    {
        static WindowedFake Fake() => new()
        {
            Networks = 10, OnCpuGives = 0.5f, BeforeWindow = (onCpu, window) => { if (!onCpu && window >= 7) throw new GpuFaultException("The driver was lost."); },
        };
        using SeparationStory story = SeparationStory.With(Fake(), durable.Add);
        Job job = await EndAsync(story.Host, await story.SubmitAsync(SeparationStory.Floats()));
        using var inline = new SeparationStory(Fake());
        SeparationResult result = await inline.CompleteAsync();

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.NotNull(result.Fallback);
        Assert.Equal(await inline.DigestAsync(), await story.DigestAsync());
    }

    [Fact]
    public async Task SeparateTrack_MockWithoutGpuMemory_CompletesOnTheProcessor()
    {
        using SeparationStory story = SeparationStory.With(durable.Add, (EngineSwitches.DemucsSetting, "1"));
        Job job = await EndAsync(story.Host, await story.SubmitAsync(SeparationStory.Floats() with { Model = "htdemucs_ft", Title = "Song [[gpu-oom]]" }));
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
    }

    internal static async Task<Job> EndAsync(TestHost host, Job job)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(job = await host.ReadAsync(job)).IsTerminal) await Task.Delay(20, patience.Token);
        return job;
    }

    static async Task<string> DigestAsync(TestHost host, Job job)
    {
        List<string> lines = [];
        foreach (string name in host.Blobs.Names)
        {
            await using Stream stream = (await host.Blobs.OpenReadAsync(BlobRef.Parse(name)))!;
            lines.Add($"{name.Replace(job.JobId, "*", StringComparison.Ordinal)} {Convert.ToHexStringLower(await SHA256.HashDataAsync(stream))}");
        }

        return string.Join('\n', lines);
    }
}
