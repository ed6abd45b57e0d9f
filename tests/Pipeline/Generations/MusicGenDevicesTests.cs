using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Engines;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Tensors;
using Microsoft.Extensions.DependencyInjection;
using static DgxMusic.Pipeline.Tests.Generations.MusicGenStory;

namespace DgxMusic.Pipeline.Tests.Generations;

/// <summary>Where a model works is chosen once, said, and followed when its work is made again.</summary>
public sealed class MusicGenDevicesTests : IDisposable
{
    readonly SmallMusicGen files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    [Trait("Requirement", "D-10")]
    public async Task Generate_GpuThatFailsOnTheWay_GoesOnOnTheProcessorAndSaysSo()
    {
        var gpu = new FakeGpu();
        using TestHost host = Host(gpu);
        EngineFacts onGpu = host.Get<EngineRegistry>().FindWriter(Model).Facts;
        await host.Get<TuningStore>().LearnAsync(onGpu, false, "a", 0.2);
        FailInBlock(host, gpu, 3);
        (Job job, GenerationManifest manifest) = await GenerateAsync(host);
        Assert.Equal("cpu", job.DeviceUsed);
        Assert.Contains(job.Warnings, warning => warning.Contains("40 MB are missing", StringComparison.Ordinal));
        Assert.Equal(["cuda", "cuda", "cpu"], manifest.Blocks!.Writing.Take(3).Select(block => block.Device));
        Assert.Equal(FakeGpu.Class, manifest.Numerics.Engine);
    }

    [Fact]
    public async Task Reproduce_OfTheProcessorsWork_GivesTheSameBytes()
    {
        using TestHost host = Host();
        (Job source, _) = await GenerateAsync(host);
        await LearnAsync(host, secondsPerStep: 0.2, secondsPerFrame: 0.1);
        Assert.True((await ReproduceAsync(host, source, keep: false)).Identical);
    }

    [Fact]
    public async Task Reproduce_OfTheGpusWork_CutsItAsTheOriginalWas()
    {
        var gpu = new FakeGpu();
        using TestHost host = Host(gpu);
        EngineFacts onGpu = host.Get<EngineRegistry>().FindWriter(Model).Facts;
        await host.Get<TuningStore>().LearnAsync(onGpu, false, "a", 0.2);
        (Job source, GenerationManifest manifest) = await GenerateAsync(host);
        for (int n = 0; n < 20; n++) await host.Get<TuningStore>().LearnAsync(onGpu, false, $"b{n}", 0.05);
        ReproductionResult result = await ReproduceAsync(host, source, keep: true);
        GenerationManifest again = (await GenerationManifest.ReadAsync(host.Blobs, result.Kept!.Manifest, default))!;
        Assert.True(manifest.Blocks!.Writing.Count > 3);
        Assert.Equal(manifest.Blocks.Writing, again.Blocks!.Writing);
        Assert.Equal(manifest.Blocks.Decoding, again.Blocks.Decoding);
    }

    [Fact]
    public async Task Reproduce_OfWorkThatMovedToTheProcessor_MovesWhereItDid()
    {
        var gpu = new FakeGpu();
        using TestHost host = Host(gpu);
        await host.Get<TuningStore>().LearnAsync(host.Get<EngineRegistry>().FindWriter(Model).Facts, false, "a", 0.2);
        FailInBlock(host, gpu, 3);
        (Job source, GenerationManifest manifest) = await GenerateAsync(host);
        (host.Orchestrator.BeforeActivity, gpu.Fault) = (_ => Task.CompletedTask, null);
        ReproductionResult result = await ReproduceAsync(host, source, keep: true);
        Assert.True(result.Identical);
        GenerationManifest again = (await GenerationManifest.ReadAsync(host.Blobs, result.Kept!.Manifest, default))!;
        Assert.Equal(manifest.Blocks!.Writing, again.Blocks!.Writing);
        Assert.Equal("cpu", again.Blocks.Decoding[0].Device);
    }

    [Fact]
    public async Task Reproduce_OfTheProcessorsWorkWhereAGpuIs_RunsOnTheProcessor()
    {
        var gpu = new FakeGpu { IsThere = false };
        using TestHost host = Host(gpu);
        (Job source, _) = await GenerateAsync(host);
        gpu.IsThere = true;
        gpu.Made.Clear();
        host.Get<ModelPool>().Forget(Model);
        Assert.True((await ReproduceAsync(host, source, keep: false)).Identical);
        Assert.Equal([true], gpu.Made);
    }

    /// <summary>Another process takes the GPU's memory when a block is about to begin.</summary>
    static void FailInBlock(TestHost host, FakeGpu gpu, int block)
    {
        int blocks = 0;
        host.Orchestrator.BeforeActivity = name =>
        {
            if (name != nameof(WriteCodes) || ++blocks != block) return Task.CompletedTask;
            gpu.Fault = new GpuMemoryException("40 MB are missing.");
            host.Get<ModelPool>().Forget(Model);
            return Task.CompletedTask;
        };
    }

    static async Task<ReproductionResult> ReproduceAsync(TestHost host, Job source, bool keep)
    {
        Job job = await host.Get<ReproductionDesk>().SubmitAsync(source.JobId, Caller.Owner, keep, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return Payload.Read<ReproductionResult>(job.Result!.Value);
    }

    TestHost Host(FakeGpu? gpu = null, WeightStorage precision = default) => HostOf(files, gpu, precision);
}
