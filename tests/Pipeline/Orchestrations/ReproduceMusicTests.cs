using System.Text;
using System.Text.Json.Nodes;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Orchestrations;

public sealed class ReproduceMusicTests
{
    [Fact]
    public async Task Reproduce_SameEngine_FindsEveryFileIdenticalAndLeavesNone()
    {
        using var host = new TestHost();
        Job source = await GenerateAsync(host);
        IReadOnlyList<string> before = host.Blobs.Names;

        Job job = await ReproduceAsync(host, source, keep: false);

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Matches("^exp_[0-9a-f]{8}$", job.JobId);
        ReproductionResult result = Payload.Read<ReproductionResult>(job.Result!.Value);
        Assert.True(result.Identical && result.SameNumerics);
        Assert.Equal(["file", "midi", "mix", "stems/high", "stems/low"], result.Files.Select(file => file.Name));
        Assert.All(result.Files, file => Assert.Equal((true, file.Original, (double?)null), (file.Identical, file.Reproduced, file.DifferenceDb)));
        Assert.Null(result.Kept);
        Assert.Empty(result.Warnings);
        Assert.Equal(before, host.Blobs.Names);
        Assert.Empty(JobOutputs.Of(job));
    }

    [Fact]
    public async Task Reproduce_Kept_HasTheFilesUnderItsOwnName()
    {
        using var host = new TestHost();
        Job source = await GenerateAsync(host);

        Job job = await ReproduceAsync(host, source, keep: true);

        Assert.Equal(JobOutputs.Of(source).Keys.Order(), JobOutputs.Of(job).Keys.Order());
        foreach ((string role, BlobRef file) in JobOutputs.Of(job))
        {
            Assert.Contains(job.JobId, file.Path, StringComparison.Ordinal);
            Assert.Equal(await BytesAsync(host, JobOutputs.Of(source)[role]), await BytesAsync(host, file));
        }
    }

    [Fact]
    public async Task Reproduce_EveryStepDeliveredTwice_SaysTheSame()
    {
        using var host = new TestHost();
        Job source = await GenerateAsync(host);
        foreach (string step in (string[])["GenerateAudio", "ExportAudio", "ExtractMetadata", "PublishGeneration", "CompareReproduction"]) host.Orchestrator.LoseResultOnce.TryAdd(step, true);

        Job job = await ReproduceAsync(host, source, keep: false);

        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Equal(5, job.Retries.Count);
        Assert.True(Payload.Read<ReproductionResult>(job.Result!.Value).Identical);
        Assert.DoesNotContain(host.Blobs.Names, name => name.Contains(job.JobId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reproduce_OtherSamples_SaysHowFarApartTheyAre()
    {
        using var host = new TestHost();
        Job source = await GenerateAsync(host);
        host.Player.Gain = 0.99f;   // every sample 1 % lower: −40 dB

        ReproductionResult result = Payload.Read<ReproductionResult>((await ReproduceAsync(host, source, keep: false)).Result!.Value);

        Assert.False(result.Identical);
        FileComparison mix = result.Files.Single(file => file.Name == "mix");
        Assert.NotEqual(mix.Original!.Sha256, mix.Reproduced!.Sha256);
        Assert.Equal(-40, mix.DifferenceDb!.Value, 0.01);   // float32 rounding is at −150 dB
        Assert.True(result.Files.Single(file => file.Name == "midi").Identical);
        Assert.Contains("please report it", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reproduce_ManifestOfAnotherNumericsClass_SaysSo()
    {
        using var host = new TestHost();
        Job source = await GenerateAsync(host);
        await EditManifestAsync(host, source, manifest => manifest["numerics"]!["platform"] = "windows");

        ReproductionResult result = Payload.Read<ReproductionResult>((await ReproduceAsync(host, source, keep: false)).Result!.Value);

        Assert.True(result.Identical);
        Assert.False(result.SameNumerics);
        Assert.Contains("numerics class", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reproduce_OtherEngineVersion_IsRefusedWithWhatIsNeeded()
    {
        using var host = new TestHost();
        Job source = await GenerateAsync(host);
        await EditManifestAsync(host, source, manifest => manifest["engine"]!["version"] = "0.9");

        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, source, keep: false));

        Assert.Equal(Problem.EngineDiffers, refusal.Problem);
        Assert.Contains("composer 0.9", refusal.Details["needed"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reproduce_EngineNotInstalledOrManifestGoneOrNotCompleted_IsRefused()
    {
        using var host = new TestHost();
        Job source = await GenerateAsync(host);
        await EditManifestAsync(host, source, manifest => manifest["engine"]!["name"] = "musicgen-large");
        Assert.Equal(Problem.ModelNotInstalled, (await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, source, keep: false))).Problem);

        await host.Blobs.DeleteAsync(JobOutputs.Of(source)["manifest"]);
        await host.Ledger.MarkPurgedAsync(source.JobId);
        Assert.Equal(Problem.FilePurged, (await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, source, keep: false))).Problem);

        Job running = await host.SubmitAsync();
        Assert.Equal(Problem.JobState, (await Assert.ThrowsAsync<PipelineException>(() => ReproduceAsync(host, running, keep: false))).Problem);
        var stranger = new Caller("key_stranger", "Stranger", Tier.Free, IsAdmin: false);
        Assert.Equal(
            Problem.JobNotFound,
            (await Assert.ThrowsAsync<PipelineException>(() => host.Get<ReproductionDesk>().SubmitAsync(source.JobId, stranger, keep: false, new(stranger.Id)))).Problem);
    }

    static async Task<Job> GenerateAsync(TestHost host)
    {
        Job job = await host.SubmitAsync(TestHost.Request() with { Stems = true, Export = new() { Normalize = false } });
        await host.Orchestrator.RunAllAsync();
        return await host.Ledger.GetAsync(job.JobId);
    }

    static async Task<Job> ReproduceAsync(TestHost host, Job source, bool keep)
    {
        Job job = await host.Get<ReproductionDesk>().SubmitAsync(source.JobId, Caller.Owner, keep, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        return await host.Ledger.GetAsync(job.JobId);
    }

    static async Task EditManifestAsync(TestHost host, Job source, Action<JsonObject> edit)
    {
        BlobRef blob = JobOutputs.Of(source)["manifest"];
        JsonObject manifest = JsonNode.Parse(await BytesAsync(host, blob))!.AsObject();
        edit(manifest);
        await using BlobWriter writer = await host.Blobs.CreateAsync(blob);
        await writer.Stream.WriteAsync(Encoding.UTF8.GetBytes(manifest.ToJsonString()));
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
