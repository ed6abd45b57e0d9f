using System.Text;
using System.Text.Json.Nodes;
using DgxMusic.Audio;
using DgxMusic.Contracts;
using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Separations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Separations;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Tests.Orchestrations;

public sealed class ReproduceSeparationTests
{
    static readonly SeparationRequest asked = new() { Stems = [SeparationRequest.All, SeparationRequest.Instrumental], WithResidual = true, BitDepth = "FLOAT" };

    [Fact]
    public async Task Reproduce_SameModelAndFile_FindsEveryTrackIdenticalAndLeavesNone()
    {
        using var host = new TestHost();
        Job source = await SeparateAsync(host);
        IReadOnlyList<string> before = host.Blobs.Names;

        Job job = await ReproduceAsync(host, source, keep: false);

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Matches("^exp_[0-9a-f]{8}$", job.JobId);
        ReproductionResult result = Payload.Read<ReproductionResult>(job.Result!.Value);
        Assert.True(result.Identical && result.SameNumerics);
        Assert.Equal(["bass", "drums", "instrumental", "other", "residual", "vocals"], result.Files.Select(file => file.Name));
        Assert.All(result.Files, file => Assert.Equal((true, file.Original), (file.Identical, file.Reproduced)));
        Assert.Empty(result.Warnings);
        Assert.Equal(before, host.Blobs.Names);
        Assert.Empty(JobOutputs.Of(job));
    }

    [Fact]
    public async Task Reproduce_Kept_HasTheTracksUnderItsOwnName()
    {
        using var host = new TestHost();
        Job source = await SeparateAsync(host);

        Job job = await ReproduceAsync(host, source, keep: true);

        Assert.Equal(JobOutputs.Of(source).Keys.Order(), JobOutputs.Of(job).Keys.Order());
        foreach ((string role, BlobRef file) in JobOutputs.Of(job).Where(file => file.Key != "manifest"))
        {
            Assert.StartsWith($"{job.DateFolder}/{job.JobId}/", file.Path, StringComparison.Ordinal);
            Assert.Equal(await BytesAsync(host, JobOutputs.Of(source)[role]), await BytesAsync(host, file));
        }
    }

    [Fact]
    public async Task Reproduce_EveryStepDeliveredTwice_SaysTheSame()
    {
        using var host = new TestHost();
        Job source = await SeparateAsync(host);
        foreach (string step in (string[])["PlanSeparation", "DecodeTrack", "MeasureStems", "EncodeTrack", "PublishSeparation", "CompareReproduction"]) host.Orchestrator.LoseResultOnce.TryAdd(step, true);

        Job job = await ReproduceAsync(host, source, keep: false);

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Equal(6, job.Retries.Count);
        Assert.True(Payload.Read<ReproductionResult>(job.Result!.Value).Identical);
        Assert.DoesNotContain(host.Blobs.Names, name => name.Contains(job.JobId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reproduce_OtherSamples_SaysHowFarApartTheyAre()
    {
        using var host = new TestHost();
        Job source = await SeparateAsync(host);
        BlobRef vocals = JobOutputs.Of(source)["vocals"];
        byte[] file = await BytesAsync(host, vocals);
        await SaveAsync(host, vocals, Quieter(file, 0.99f));   // every sample 1 % lower: the reproduction is −40 dB away, 0.09 dB of which are the lower reference
        await EditManifestAsync(host, source, manifest => manifest["outputs"]!["vocals"]!["sha256"] = new string('0', 64));

        ReproductionResult result = Payload.Read<ReproductionResult>((await ReproduceAsync(host, source, keep: false)).Result!.Value);

        Assert.False(result.Identical);
        FileComparison compared = result.Files.Single(track => track.Name == "vocals");
        Assert.Equal(-39.91, compared.DifferenceDb!.Value, 0.02);
        Assert.True(result.Files.Single(track => track.Name == "drums").Identical);
        Assert.Contains("please report it", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reproduce_FileGoneOrChanged_IsRefusedWithTheHashThatIsNeeded()
    {
        using var host = new TestHost();
        Job source = await SeparateAsync(host);
        BlobRef original = source.ReadInput<SeparationInput>().Source;
        await SaveAsync(host, original, Waves.Sine(1));
        PipelineException changed = await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, source, keep: false));
        Assert.Equal(Problem.SourceDiffers, changed.Problem);
        Assert.Contains(changed.Details["needed"], changed.Message, StringComparison.Ordinal);

        await host.Blobs.DeleteAsync(original);
        PipelineException gone = await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, source, keep: false));
        Assert.Equal(Problem.FilePurged, gone.Problem);
        Assert.Contains(changed.Details["needed"], gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "htdemucs", "model-not-installed")]
    [InlineData("version", "0", "engine-differs")]
    [InlineData("weights_sha256", "abc", "engine-differs")]
    [InlineData("device", "cuda", "engine-differs")]
    public async Task Reproduce_OtherModel_IsRefused(string field, string value, string problem)
    {
        using var host = new TestHost();
        Job source = await SeparateAsync(host);
        await EditManifestAsync(host, source, manifest => manifest["engine"]![field] = value);
        Assert.Equal(problem, (await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, source, keep: false))).Problem.Slug);
    }

    [Fact]
    public async Task Reproduce_Running_KeepsTheUpload()
    {
        using var host = new TestHost();
        Job source = await SeparateAsync(host);
        Job job = await host.Get<ReproductionDesk>().SubmitAsync(source.JobId, Caller.Owner, keep: false, JobTerms.Local);
        string upload = (await host.Get<SongRegister>().FindAsync(source.ReadInput<SeparationInput>().SongId))!.UploadId!;
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.Get<UploadReceiver>().DeleteAsync(upload, Caller.Owner));
        Assert.Contains(job.JobId, refusal.Message, StringComparison.Ordinal);
        await host.Orchestrator.RunAllAsync();
        await host.Get<UploadReceiver>().DeleteAsync(upload, Caller.Owner);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Reproduce_OriginalThatLeftTheGpu_LeavesItAtTheSameFrame(int last)
    {
        var fake = new WindowedFake { Networks = 10, OnCpuGives = 0.5f };
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (onCpu, window) => { if (!onCpu && window >= last) throw new GpuMemoryException("40 MB are missing."); };
        SeparationResult original = await story.CompleteAsync();
        fake.BeforeWindow = null;

        Job job = await ReproduceAsync(story.Host, await story.Host.Ledger.GetAsync(story.JobId), keep: true);

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        ReproductionResult again = Payload.Read<ReproductionResult>(job.Result!.Value);
        Assert.True(again.Identical);
        IReadOnlyList<DevicePart> devices = await DevicesAsync(story.Host, original.Manifest);
        Assert.Equal(["cuda", "cpu"], devices.Select(device => device.Device));
        Assert.Equal(devices, await DevicesAsync(story.Host, again.KeptTracks!.Manifest));
    }

    [Fact]
    public async Task Reproduce_OriginalOfTheProcessor_StaysThereWhereAGpuIs()
    {
        var fake = new WindowedFake { OnCpuGives = 0.5f };
        using var story = new SeparationStory(fake);
        await story.CompleteAsync(SeparationStory.Floats() with { Device = DeviceChoice.Cpu });
        Job job = await ReproduceAsync(story.Host, await story.Host.Ledger.GetAsync(story.JobId), keep: false);
        Assert.True(Payload.Read<ReproductionResult>(job.Result!.Value).Identical);
        Assert.All(fake.Heard, heard => Assert.True(heard.OnCpu));
    }

    static async Task<IReadOnlyList<DevicePart>> DevicesAsync(TestHost host, BlobRef manifest) => (await SeparationManifest.ReadAsync(host.Blobs, manifest, default))!.Devices;

    static async Task<Job> SeparateAsync(TestHost host)
    {
        byte[] song = Waves.Sine(3, rateHz: 44_100);
        UploadRow row = await host.Get<UploadReceiver>().ReceiveAsync(Caller.Owner.Id, "song.wav", target => target.WriteAsync(song).AsTask());
        Upload upload = await host.Get<UploadDesk>().FindAsync(JobKind.Separation, row.UploadId, Caller.Owner);
        Job job = await host.Get<SeparationDesk>().SubmitAsync(upload, asked, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        Job done = await host.Ledger.GetAsync(job.JobId);
        Assert.True(done.Status == JobStatus.Completed, done.ErrorMessage);
        return done;
    }

    static async Task<Job> ReproduceAsync(TestHost host, Job source, bool keep)
    {
        Job job = await host.Get<ReproductionDesk>().SubmitAsync(source.JobId, Caller.Owner, keep, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        return await host.Ledger.GetAsync(job.JobId);
    }

    static byte[] Quieter(byte[] wav, float gain)
    {
        using ISampleReader reader = AudioFile.Open(new MemoryStream(wav), null, null, leaveOpen: true, default);
        var samples = new AudioBuffer(reader.Format.SampleRateHz, reader.Format.Channels, (int)reader.Frames!.Value);
        reader.Read(samples);
        for (int channel = 0; channel < samples.Channels; channel++)
        {
            foreach (ref float sample in samples[channel]) sample *= gain;
        }

        return Waves.Of(samples, BitDepth.Float);
    }

    static async Task EditManifestAsync(TestHost host, Job source, Action<JsonObject> edit)
    {
        BlobRef blob = JobOutputs.Of(source)["manifest"];
        JsonObject manifest = JsonNode.Parse(await BytesAsync(host, blob))!.AsObject();
        edit(manifest);
        await SaveAsync(host, blob, Encoding.UTF8.GetBytes(manifest.ToJsonString()));
    }

    static async Task SaveAsync(TestHost host, BlobRef blob, byte[] bytes)
    {
        await using BlobWriter writer = await host.Blobs.CreateAsync(blob);
        await writer.Stream.WriteAsync(bytes);
        await writer.CommitAsync();
    }

    static async Task<byte[]> BytesAsync(TestHost host, BlobRef blob)
    {
        await using Stream stream = (await host.Blobs.OpenReadAsync(blob))!;
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
