using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Models.Separation;
using DgxMusic.Models.Tests;
using DgxMusic.Models.Weights;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Torch.Tests;

/// <summary>Whole separations on libtorch, whose CPU device stands in for a GPU.</summary>
[Trait("Requirement", "D-09")]
public sealed class SeparationOnTorchTests : IDisposable
{
    const string Model = "small";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dgxmusic-torch-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Separation_OnLibtorch_IsTheProcessorsWithinTheBoundAndSaysWhereItRan()
    {
        using TestHost host = await HostAsync();
        (Job job, SeparationManifest manifest) = await SeparateAsync(host, DeviceChoice.Auto);
        Assert.Equal(("cuda", "cuda", "float32"), (job.DeviceUsed, manifest.Engine.Device, manifest.Engine.Dtype));
        Assert.Equal(TorchEngine.ClassOf(TorchDevice.Cpu, Precision.Float32), manifest.Numerics.Engine);
        (Job plain, SeparationManifest expected) = await SeparateAsync(host, DeviceChoice.Cpu);
        Assert.Equal(("cpu", "cpu", null), (plain.DeviceUsed, expected.Engine.Device, expected.Numerics.Engine));
        foreach (string track in expected.Outputs.Keys)
        {
            AudioBuffer here = await ReadAsync(host, job, track), there = await ReadAsync(host, plain, track);
            // Each is within 5e-6 of the published model.
            for (int channel = 0; channel < 2; channel++) Assert.InRange(GoldenSignal.Distance(here[channel], there[channel]), 1e-9, 1e-5);
        }

        (_, SeparationManifest again) = await SeparateAsync(host, DeviceChoice.Auto);
        Assert.Equal(manifest.Outputs.AsEnumerable(), again.Outputs);
    }

    [Fact]
    public async Task Services_NoDriver_CalculateOnOurOwnEngineAndSayWhy()
    {
        var none = new TorchGpus(() => ([], "No NVIDIA driver answers on this machine."), _ => null);
        using TestHost host = await HostAsync(none);
        (Job job, SeparationManifest manifest) = await SeparateAsync(host, DeviceChoice.Gpu);
        Assert.Equal(("cpu", "cpu", null), (job.DeviceUsed, manifest.Engine.Device, manifest.Numerics.Engine));
        Assert.Contains("No NVIDIA driver answers on this machine.", job.Warnings);
        using ModelLease<ISeparationModel> lease = await host.Get<ModelPool>().LeaseAsync(Model, "", new());
        Assert.True(lease.WasLoaded);
    }

    [Fact]
    public async Task Settings_Precision_IsReadAndWrongOnesRefused()
    {
        using TestHost host = await HostAsync(settings: ("Torch:Precision", "BFloat16"));
        (_, SeparationManifest manifest) = await SeparateAsync(host, DeviceChoice.Auto);
        Assert.Equal("bfloat16", manifest.Engine.Dtype);
        Assert.EndsWith("-bfloat16", manifest.Numerics.Engine, StringComparison.Ordinal);
        using TestHost wrong = await HostAsync(settings: ("Torch:Precision", "Float8"));
        Assert.ThrowsAny<Microsoft.Extensions.Options.OptionsValidationException>(() => wrong.Get<IEngineFactory>().DeviceOf(onCpu: false));
    }

    /// <param name="gpus">Null: one, which is the CPU device.</param>
    async Task<TestHost> HostAsync(TorchGpus? gpus = null, params (string Name, string Value)[] settings)
    {
        var models = new ModelStore(folder.FullName);
        await using (FileStream file = File.OpenRead(HTDemucsRun.Weights)) await models.Custom.AddAsync(Model, file);
        gpus ??= new(() => ([TorchDevice.Cpu], null), _ => new("One", 80_000, 80_000));
        return new(services => services.AddTorch().AddSingleton(gpus).AddSingleton(models), settings: settings);
    }

    static async Task<(Job Job, SeparationManifest Manifest)> SeparateAsync(TestHost host, DeviceChoice device)
    {
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        byte[] song = Waves.Of(GoldenSignal.Mix(3 * 44_100, 44_100, 2, "mix.noise"), BitDepth.Float);
        UploadRow row = await host.Get<UploadReceiver>().ReceiveAsync(Caller.OwnerId, "song.wav", target => target.WriteAsync(song).AsTask());
        Upload upload = await host.Get<UploadDesk>().FindAsync(JobKind.Separation, row.UploadId, Caller.Owner);
        var request = new SeparationRequest { Model = Model, Device = device, BitDepth = "FLOAT", Stems = [SeparationRequest.All] };
        Job job = await host.Get<SeparationDesk>().SubmitAsync(upload, request, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return (job, (await SeparationManifest.ReadAsync(host.Blobs, ResultOf(job).Manifest, default))!);
    }

    static SeparationResult ResultOf(Job job) => Payload.Read<SeparationResult>(job.Result!.Value);

    static async Task<AudioBuffer> ReadAsync(TestHost host, Job job, string track)
    {
        await using Stream stream = (await host.Blobs.OpenReadAsync(ResultOf(job).Tracks.Single(one => one.Track == track).File))!;
        using Audio.ISampleReader reader = Audio.AudioFile.Open(stream, "track.wav", leaveOpen: true);
        var samples = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, (int)reader.Frames!.Value);
        for (int at = 0; at < samples.Frames;) at += reader.Read(samples.Slice(at, samples.Frames - at));
        return samples;
    }
}
