using DgxMusic.Contracts;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Engines;

/// <summary>Networks run on what the host's factory makes, and manifests say on what; where the processor is asked for, on ours.</summary>
[Trait("Requirement", "D-09")]
public sealed class EngineFactoryTests : IDisposable
{
    const string Model = "small";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-engines-");
    readonly FakeGpu gpu = new();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Separation_GpuHere_RunsThereAndSaysSo()
    {
        using TestHost host = await HostAsync(gpu);
        (Job job, SeparationManifest manifest) = await SeparateAsync(host, DeviceChoice.Auto);
        Assert.Equal(("cuda", "cuda", "float32"), (job.DeviceUsed, manifest.Engine.Device, manifest.Engine.Dtype));
        Assert.Equal([new DevicePart("cuda", 0)], manifest.Devices);
        Assert.Equal(NumericsClass.Here with { Engine = FakeGpu.Class }, manifest.Numerics);
        Assert.Equal([false], gpu.Made);
        Assert.Contains("\"engine\": \"fake-gpu-float32\"", await ReadTextAsync(host, job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Separation_CpuAskedForWhereAGpuIs_HasTheBytesAndTheManifestOfAMachineWithout()
    {
        using TestHost with = await HostAsync(gpu), without = await HostAsync(null);
        (Job job, SeparationManifest manifest) = await SeparateAsync(with, DeviceChoice.Cpu);
        (Job plain, SeparationManifest expected) = await SeparateAsync(without, DeviceChoice.Cpu);
        Assert.Equal([true], gpu.Made);
        Assert.Equal(("cpu", "cpu", null), (job.DeviceUsed, manifest.Engine.Device, manifest.Numerics.Engine));
        Assert.Equal(expected.Outputs.AsEnumerable(), manifest.Outputs);
        string text = await ReadTextAsync(without, plain);
        Assert.Equal(text, await ReadTextAsync(with, job));
        Assert.DoesNotContain("fake-gpu", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"engine\": null", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "D-10")]
    public async Task Separation_GpuThatFailsWhileLoadingAgain_GoesOnOnTheProcessor()
    {
        using TestHost host = await HostAsync(gpu);
        int parts = 0;
        host.Orchestrator.BeforeActivity = async name =>
        {
            if (name != nameof(SeparateSegments) || ++parts != 2) return;
            // Another process has taken the memory since, and the model was let go.
            host.Get<ModelPool>().Forget(Model);
            gpu.Fault = new GpuMemoryException("40 MB are missing.");
            await Task.CompletedTask;
        };
        (Job job, SeparationManifest manifest) = await SeparateAsync(host, DeviceChoice.Auto, seconds: 40);
        Assert.Equal("cpu", job.DeviceUsed);
        Assert.Equal(["cuda", "cpu"], manifest.Devices.Select(part => part.Device));
        Assert.Contains(job.Warnings, warning => warning.Contains("40 MB are missing", StringComparison.Ordinal));
        // Frames of both are in the tracks: the class names what the GPU's depend on.
        Assert.Equal(FakeGpu.Class, manifest.Numerics.Engine);
        Assert.Equal("cpu", manifest.Engine.Device);
    }

    [Fact]
    public async Task Reproduction_OfTheProcessorsWork_NeedsNoGpuAndOfTheGpusDoes()
    {
        using TestHost host = await HostAsync(gpu);
        (Job onGpu, _) = await SeparateAsync(host, DeviceChoice.Auto);
        (Job onCpu, _) = await SeparateAsync(host, DeviceChoice.Cpu);
        Assert.True((await ReproduceAsync(host, onGpu)).Identical);
        Assert.True((await ReproduceAsync(host, onCpu)).Identical);
        gpu.IsThere = false;
        Assert.True((await ReproduceAsync(host, onCpu)).Identical);
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, onGpu));
        Assert.Equal(Problem.EngineDiffers, refusal.Problem);
        Assert.Contains("float32 on cuda", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lease_GpuAndProcessor_AreModelsOfTheirOwn()
    {
        using TestHost host = await HostAsync(gpu);
        var pool = host.Get<ModelPool>();
        using (ModelLease<ISeparationModel> lease = await pool.LeaseAsync(Model, "", new()))
            Assert.Equal(("cuda", FakeGpu.Class), (lease.Facts.Device, lease.Numerics.Engine));
        using (ModelLease<ISeparationModel> lease = await pool.LeaseAsync(Model, "", new(OnCpu: true)))
            Assert.Equal((false, "cpu", null), (lease.WasLoaded, lease.Facts.Device, lease.Numerics.Engine));
    }

    /// <param name="gpu">Null: our own engine only.</param>
    async Task<TestHost> HostAsync(FakeGpu? gpu)
    {
        var models = new ModelStore(Path.Combine(folder.FullName, gpu is null ? "without" : "with"));
        await using (FileStream file = File.OpenRead(GoldenFiles.Path("htdemucs_small", "model_half-896df531.th"))) await models.Custom.AddAsync(Model, file);
        return new(services =>
        {
            services.AddSingleton(models);
            if (gpu is not null) services.AddSingleton<IEngineFactory>(gpu).AddSingleton<IGpuProbe>(gpu);
        });
    }

    static async Task<(Job Job, SeparationManifest Manifest)> SeparateAsync(TestHost host, DeviceChoice device, double seconds = 2)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        byte[] song = Waves.Sine(seconds, rateHz: 44_100);
        UploadRow row = await host.Get<UploadReceiver>().ReceiveAsync(Caller.OwnerId, "song.wav", target => target.WriteAsync(song).AsTask());
        Upload upload = await host.Get<UploadDesk>().FindAsync(JobKind.Separation, row.UploadId, Caller.Owner);
        Job job = await host.Get<SeparationDesk>().SubmitAsync(upload, new() { Model = Model, Device = device }, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return (job, (await SeparationManifest.ReadAsync(host.Blobs, ManifestOf(job), default))!);
    }

    static async Task<ReproductionResult> ReproduceAsync(TestHost host, Job source)
    {
        Job job = await host.Get<ReproductionDesk>().SubmitAsync(source.JobId, Caller.Owner, keep: false, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return Payload.Read<ReproductionResult>(job.Result!.Value);
    }

    static BlobRef ManifestOf(Job job) => Payload.Read<SeparationResult>(job.Result!.Value).Manifest;

    static async Task<string> ReadTextAsync(TestHost host, Job job)
    {
        using var reader = new StreamReader((await host.Blobs.OpenReadAsync(ManifestOf(job)))!);
        return await reader.ReadToEndAsync();
    }
}
