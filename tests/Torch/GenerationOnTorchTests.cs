using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Tests.Generations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Torch.Tests;

/// <summary>Whole generations on libtorch, whose CPU device stands in for a GPU.</summary>
public sealed class GenerationOnTorchTests : IDisposable
{
    const string Model = "musicgen-small";

    readonly SmallMusicGen files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task Generation_OnLibtorch_SaysHowItWasCutAndIsMadeAgainByteForByte()
    {
        using TestHost host = Host();
        EngineFacts facts = host.Get<EngineRegistry>().FindWriter(Model).Facts;
        await LearnAsync(facts, "before", 0.1);
        Job job = await EndAsync(host, await host.SubmitAsync(TestHost.Request() with { Model = Model, TopK = 8 }));
        GenerationManifest manifest = (await GenerationManifest.ReadAsync(host.Blobs, JobOutputs.Of(job)["manifest"], default))!;
        Assert.Equal(("cuda", "cuda", "float32"), (job.DeviceUsed, manifest.Engine.Device, manifest.Engine.Dtype));
        Assert.Equal(TorchEngine.ClassOf(TorchDevice.Cpu, Precision.Float32), manifest.Numerics.Engine);
        Assert.Equal([new("cuda", 0, 300), new("cuda", 300, 600), new("cuda", 600, 670)], manifest.Blocks!.Writing);

        // What a machine has learned since would cut it otherwise; a step that is lost and one that fails change nothing.
        await LearnAsync(facts, "after", 0.2);
        host.Orchestrator.FailNext(nameof(WriteCodes), new IOException("the disk is away"));
        host.Orchestrator.LoseResultOnce.TryAdd(nameof(DecodeCodes), true);
        Job again = await EndAsync(host, await host.Get<ReproductionDesk>().SubmitAsync(job.JobId, Caller.Owner, keep: false, JobTerms.Local));
        Assert.Equal(2, again.Retries.Count);
        Assert.True(Payload.Read<ReproductionResult>(again.Result!.Value).Identical);

        async Task LearnAsync(EngineFacts engine, string when, double secondsPerStep)
        {
            for (int n = 0; n < 20; n++) await host.Get<TuningStore>().LearnAsync(engine, false, $"{when} {n}", secondsPerStep);
        }
    }

    /// <summary>What a model remembers of its own steps and what it makes again of the codes differ in their last bits: a block would not be the same after a loss.</summary>
    [Fact]
    public async Task Generation_OnLibtorch_BeginsEveryBlockFromTheCodesAlone()
    {
        var device = new TorchDevice(-1);
        using TestHost host = Host(device);
        await host.Get<TuningStore>().LearnAsync(host.Get<EngineRegistry>().FindWriter(Model).Facts, false, "before", 0.1);
        List<long> held = [];
        host.Orchestrator.BeforeActivity = name =>
        {
            if (name == nameof(WriteCodes)) held.Add(device.Memory.Held);
            return Task.CompletedTask;
        };
        await EndAsync(host, await host.SubmitAsync(TestHost.Request() with { Model = Model, TopK = 8 }));
        Assert.Equal(3, held.Count);
        Assert.Single(held.Distinct());
    }

    /// <param name="device">Null: the CPU device of all.</param>
    TestHost Host(TorchDevice? device = null) => new(services => services.AddTorch()
        .AddSingleton(new TorchGpus(() => ([device ?? TorchDevice.Cpu], null), _ => new("One", 80_000, 80_000)))
        .AddSingleton(provider => MusicGenEngine.Of(Model, files.Files, provider.GetRequiredService<IEngineFactory>(), WeightStorage.Float32)));

    static async Task<Job> EndAsync(TestHost host, Job job)
    {
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return job;
    }
}
