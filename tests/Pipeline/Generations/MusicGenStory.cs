using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Engines;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Generations;

/// <summary>Jobs of the small model, from the request to the files.</summary>
static class MusicGenStory
{
    public const string Model = "musicgen-small";

    public static TestHost HostOf(SmallMusicGen files, FakeGpu? gpu = null, WeightStorage precision = default) => new(services =>
    {
        if (gpu is not null) services.AddSingleton<IEngineFactory>(gpu).AddSingleton<IGpuProbe>(gpu);
        services.AddSingleton(provider => MusicGenEngine.Of(Model, files.Files, provider.GetRequiredService<IEngineFactory>(), precision));
    });

    public static async Task LearnAsync(TestHost host, double secondsPerStep, double secondsPerFrame)
    {
        EngineFacts facts = host.Get<EngineRegistry>().FindWriter(Model).FactsOf(onCpu: true);
        for (int n = 0; n < 20; n++)
        {
            await host.Get<TuningStore>().LearnAsync(facts, true, $"steps {n}", secondsPerStep);
            await host.Get<TuningStore>().LearnAsync(DecodeCodes.CodecOf(facts), true, $"frames {n}", secondsPerFrame);
        }
    }

    public static GenerationRequest RequestOf(double seconds, string? model) => TestHost.Request(seconds: seconds) with { Model = model, TopK = 8 };

    public static async Task<Job> SubmitAsync(TestHost host, double seconds, string? model) => await host.SubmitAsync(RequestOf(seconds, model));

    public static Task<(Job Job, GenerationManifest Manifest)> GenerateAsync(TestHost host, double seconds = 1) => GenerateAsync(host, RequestOf(seconds, Model));

    public static async Task<(Job Job, GenerationManifest Manifest)> GenerateAsync(TestHost host, GenerationRequest request)
    {
        Job job = await host.SubmitAsync(request);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return (job, (await GenerationManifest.ReadAsync(host.Blobs, JobOutputs.Of(job)["manifest"], default))!);
    }

    public static async Task<Dictionary<string, string>> DigestsAsync(TestHost host, Job job)
    {
        var digests = new Dictionary<string, string>();
        foreach ((string role, BlobRef blob) in JobOutputs.Of(job)) digests[role] = Convert.ToHexStringLower(SHA256.HashData(await host.Blobs.ReadBytesAsync(blob)));
        return digests;
    }
}
