using System.Security.Cryptography;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Engines;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Generations;

/// <summary>A model writes music as a job: in blocks that may be lost, tried again, cancelled or moved from a GPU to the processor, with the same bytes at the end.</summary>
public sealed class MusicGenTests : IDisposable
{
    const string Model = "musicgen-small";
    readonly SmallMusicGen files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    [Trait("Requirement", "A-42")]
    [Trait("Requirement", "A-43")]
    [Trait("Requirement", "A-44")]
    public async Task Generate_SmallModel_GivesMusicOfTheExactLengthAndSaysWhatMadeIt()
    {
        using TestHost host = Host();
        (Job job, GenerationManifest manifest) = await GenerateAsync(host, seconds: 1.5);
        GenerationResult result = Payload.Read<GenerationResult>(job.Result!.Value);
        Assert.Equal((1.5, 32_000, 2, 1), (result.DurationSeconds, result.SampleRateHz, result.Channels, result.SourceChannels));
        Assert.Equal((Model, "cpu", "float32"), (job.Model, manifest.Engine.Device, manifest.Engine.Dtype));
        Assert.Equal(64, manifest.Engine.WeightsSha256!.Length);
        Assert.Null(manifest.Blocks);
        Assert.Equal(1000, manifest.Understood.GetProperty("code_frames").GetInt32());
        Assert.Equal(1, manifest.Understood.GetProperty("prompt_tokens").EnumerateArray().Last().GetInt32());
        IReadOnlyList<string> told = await host.EventTypesAsync(job.JobId);
        Assert.NotEmpty(told);
        string[] steps = ["PlanGeneration", "PrepareGeneratorOnCpu", "WriteCodesOnCpu", "DecodeCodesOnCpu", "JoinSound", "ExportAudio", "ExtractMetadata", "PublishGeneration"];
        Assert.Equal(steps, host.Orchestrator.Ran.Where(steps.Contains).Distinct());
    }

    [Fact]
    public async Task Generate_InBlocksOfAnyLength_GivesTheSameBytes()
    {
        using TestHost whole = Host(), parted = Host();
        await LearnAsync(parted, secondsPerStep: 0.1, secondsPerFrame: 0.07);
        (Job job, _) = await GenerateAsync(whole, seconds: 4);
        (Job same, _) = await GenerateAsync(parted, seconds: 4);
        Assert.Single(whole.Orchestrator.Ran, name => name == "WriteCodesOnCpu");
        Assert.Equal(9, parted.Orchestrator.Ran.Count(name => name == "WriteCodesOnCpu"));
        Assert.Equal(7, parted.Orchestrator.Ran.Count(name => name == "DecodeCodesOnCpu"));
        Assert.Equal(await DigestsAsync(whole, job), await DigestsAsync(parted, same));
    }

    [Theory]
    [InlineData("PrepareGeneratorOnCpu")]
    [InlineData("WriteCodesOnCpu")]
    [InlineData("DecodeCodesOnCpu")]
    [InlineData("JoinSound")]
    [Trait("Requirement", "X-09")]
    public async Task Generate_StepThatFailsOrIsDeliveredTwice_GivesTheSameBytes(string step)
    {
        using TestHost undisturbed = Host(), disturbed = Host();
        await LearnAsync(disturbed, secondsPerStep: 0.2, secondsPerFrame: 0.1);
        disturbed.Orchestrator.FailNext(step, new IOException("the disk is away"));
        disturbed.Orchestrator.LoseResultOnce.TryAdd(step, true);
        (Job expected, _) = await GenerateAsync(undisturbed);
        (Job job, _) = await GenerateAsync(disturbed);
        Assert.Equal(2, job.Retries.Count);
        Assert.Equal(await DigestsAsync(undisturbed, expected), await DigestsAsync(disturbed, job));
    }

    [Fact]
    [Trait("Requirement", "A-61")]
    public async Task Generate_CancelledBetweenBlocks_EndsAndLeavesNothing()
    {
        using TestHost host = Host();
        await LearnAsync(host, secondsPerStep: 0.3, secondsPerFrame: 0.1);
        Job job = await SubmitAsync(host, 1, Model);
        int blocks = 0;
        host.Orchestrator.BeforeActivity = async name =>
        {
            if (name == "WriteCodesOnCpu" && ++blocks == 3) await host.Desk.CancelAsync(job.JobId, Caller.Owner, force: true);
        };
        await host.Orchestrator.RunAllAsync();
        await host.SweepAsync();
        Assert.Equal(JobStatus.Cancelled, (await host.ReadAsync(job)).Status);
        Assert.Equal(3, blocks);
        Assert.DoesNotContain(host.Blobs.Names, name => name.Contains(job.JobId, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "D-10")]
    public async Task Generate_GpuThatFailsOnTheWay_GoesOnOnTheProcessorAndSaysSo()
    {
        var gpu = new FakeGpu();
        using TestHost host = Host(gpu);
        EngineFacts onGpu = host.Get<EngineRegistry>().FindWriter(Model).Facts;
        await host.Get<TuningStore>().LearnAsync(onGpu, false, "a", 0.2);
        int blocks = 0;
        host.Orchestrator.BeforeActivity = name =>
        {
            if (name == nameof(WriteCodes) && ++blocks == 3) {
                gpu.Fault = new GpuMemoryException("40 MB are missing.");
                host.Get<ModelPool>().Forget(Model);
            }

            return Task.CompletedTask;
        };
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
        Job job = await host.Get<ReproductionDesk>().SubmitAsync(source.JobId, Caller.Owner, keep: false, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.True(Payload.Read<ReproductionResult>(job.Result!.Value).Identical);
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
        Job job = await host.Get<ReproductionDesk>().SubmitAsync(source.JobId, Caller.Owner, keep: true, JobTerms.Local);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        ReproductionResult result = Payload.Read<ReproductionResult>(job.Result!.Value);
        GenerationManifest again = (await GenerationManifest.ReadAsync(host.Blobs, result.Kept!.Manifest, default))!;
        Assert.True(manifest.Blocks!.Writing.Count > 3);
        Assert.Equal(manifest.Blocks.Writing, again.Blocks!.Writing);
        Assert.Equal(manifest.Blocks.Decoding, again.Blocks.Decoding);
    }

    [Theory]
    [InlineData(WeightStorage.BFloat16, "bfloat16")]
    [InlineData(WeightStorage.Int8, "int8")]
    public async Task Generate_WeightsInFewerBits_SaysSoInTheManifest(WeightStorage precision, string name)
    {
        using TestHost host = Host(precision: precision);
        (_, GenerationManifest manifest) = await GenerateAsync(host);
        Assert.Contains(name, manifest.Engine.Dtype, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_OtherSeedPromptOrSampling_GivesOtherMusic()
    {
        using TestHost host = Host();
        var digests = new HashSet<string>();
        GenerationRequest request = RequestOf(1, Model);
        foreach (GenerationRequest other in (GenerationRequest[])[request, request with { Seed = 8 }, request with { Prompt = "slow waltz" }, request with { Temperature = 0.5 }, request with { CfgCoef = 1 }])
        {
            (Job job, _) = await GenerateAsync(host, other);
            Assert.True(digests.Add((await DigestsAsync(host, job))["mix"]));
        }
    }

    [Fact]
    [Trait("Requirement", "A-42")]
    public async Task Submit_NoModelGiven_TakesTheModelThatIsInstalled()
    {
        using TestHost host = Host();
        Assert.Equal(Model, (await SubmitAsync(host, 1, null)).Model);
        Assert.Equal("composer", (await SubmitAsync(host, 1, "composer")).Model);
    }

    [Fact]
    public async Task Submit_NoModelGivenAndOneIsSet_TakesThat()
    {
        using var host = new TestHost(
            services => services.AddSingleton(provider => MusicGenEngine.Of(Model, files.Files, provider.GetRequiredService<IEngineFactory>(), default)), settings: [("Engines:Generator", "composer")]);
        Assert.Equal("composer", (await SubmitAsync(host, 1, null)).Model);
        Assert.Equal(Model, (await SubmitAsync(host, 1, Model)).Model);
    }

    [Fact]
    public async Task Generate_EtaAndProgress_AreSharesOfTheTime()
    {
        using TestHost host = Host();
        // Codes take nine tenths of the time, the codec one.
        await LearnAsync(host, secondsPerStep: 0.09, secondsPerFrame: 0.01);
        List<int> seen = [];
        Job submitted = await SubmitAsync(host, 2, Model);
        host.Orchestrator.BeforeActivity = async name => seen.Add((await host.ReadAsync(submitted)).Progress);
        await host.Orchestrator.RunAllAsync();
        Assert.Equal(seen.Order(), seen);
        int atCodec = seen[host.Orchestrator.Ran.ToList().IndexOf("DecodeCodesOnCpu")];
        Assert.InRange(atCodec, 2 + (int)(78 * 0.88), 2 + (int)(78 * 0.92));
    }

    [Theory]
    [InlineData(3.0, 1.0)]
    [InlineData(0.3, 1.0)]
    [InlineData(3.0, 1.4)]
    [InlineData(4.0, 20.0)]   // more than this model's pass holds: as much as leaves room for what is new
    public async Task Generate_ContinuingMusic_GivesNewMusicOnlyAndSaysHowItJoins(double secondsBefore, double contextSeconds)
    {
        using TestHost host = Host(), parted = Host();
        GenerationRequest request = RequestOf(1.2, Model) with { ContextSeconds = contextSeconds };
        (Job alone, _) = await GenerateAsync(host, request);
        await LearnAsync(parted, secondsPerStep: 0.3, secondsPerFrame: 0.1);
        List<Dictionary<string, string>> digests = [];
        foreach (TestHost each in (TestHost[])[host, parted])
        {
            BlobRef before = new(Containers.Uploads, "2026/11/20/upl_12345678/original.wav");
            await each.Blobs.WriteBytesAsync(before, Waves.Sine(secondsBefore, rateHz: 44_100));
            (Job job, GenerationManifest manifest) = await GenerateAsync(each, request with { ContinueFrom = before.ToString() });
            GenerationResult result = Payload.Read<GenerationResult>(job.Result!.Value);
            Assert.Equal(1.2, result.DurationSeconds);
            Assert.NotNull(result.Seam);
            Assert.Equal(before.ToString(), manifest.Request.ContinueFrom);
            digests.Add(await DigestsAsync(each, job));
        }

        Assert.Single(host.Orchestrator.Ran, name => name == "EncodeContextOnCpu");
        Assert.Single(parted.Orchestrator.Ran, name => name == "EncodeContextOnCpu");
        Assert.Equal(digests[0], digests[1]);
        Assert.NotEqual((await DigestsAsync(host, alone))["mix"], digests[0]["mix"]);
    }

    [Fact]
    public async Task Generate_StemsAndTempoAskedFor_SaysThatTheyAreNotToBeHad()
    {
        using TestHost host = Host();
        (Job job, _) = await GenerateAsync(host, RequestOf(1, Model) with { Stems = true, Bpm = 120 });
        Assert.Contains(job.Warnings, warning => warning.Contains("makes no stems", StringComparison.Ordinal));
        Assert.Contains(job.Warnings, warning => warning.Contains("'bpm' and 'key' changed nothing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submit_ContinuingWithTheComposer_IsRefused()
    {
        using TestHost host = Host();
        PipelineException refusal = await Assert.ThrowsAsync<PipelineException>(() => host.SubmitAsync(RequestOf(1, "composer") with { ContinueFrom = "uploads/a.wav" }));
        Assert.Equal(Problem.InvalidRequest, refusal.Problem);
        Assert.Contains("continue_from", refusal.Details!.Keys);
    }

    [Fact]
    public async Task Generate_ContinuedFileIsGone_FailsAndSaysSo()
    {
        using TestHost host = Host();
        Job job = await host.SubmitAsync(RequestOf(1, Model) with { ContinueFrom = "uploads/2026/11/20/upl_12345678/original.wav" });
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.Equal((JobStatus.Failed, "FILE_NOT_FOUND"), (job.Status, job.ErrorCode));
    }

    TestHost Host(FakeGpu? gpu = null, WeightStorage precision = default) => new(services =>
    {
        if (gpu is not null) services.AddSingleton<IEngineFactory>(gpu).AddSingleton<IGpuProbe>(gpu);
        services.AddSingleton(provider => MusicGenEngine.Of(Model, files.Files, provider.GetRequiredService<IEngineFactory>(), precision));
    });

    static async Task LearnAsync(TestHost host, double secondsPerStep, double secondsPerFrame)
    {
        EngineFacts facts = host.Get<EngineRegistry>().FindWriter(Model).FactsOf(onCpu: true);
        for (int n = 0; n < 20; n++)
        {
            await host.Get<TuningStore>().LearnAsync(facts, true, $"steps {n}", secondsPerStep);
            await host.Get<TuningStore>().LearnAsync(DecodeCodes.CodecOf(facts), true, $"frames {n}", secondsPerFrame);
        }
    }

    static GenerationRequest RequestOf(double seconds, string? model) => TestHost.Request(seconds: seconds) with { Model = model, TopK = 8 };

    static async Task<Job> SubmitAsync(TestHost host, double seconds, string? model) => await host.SubmitAsync(RequestOf(seconds, model));

    static Task<(Job Job, GenerationManifest Manifest)> GenerateAsync(TestHost host, double seconds = 1) => GenerateAsync(host, RequestOf(seconds, Model));

    static async Task<(Job Job, GenerationManifest Manifest)> GenerateAsync(TestHost host, GenerationRequest request)
    {
        Job job = await host.SubmitAsync(request);
        await host.Orchestrator.RunAllAsync();
        job = await host.ReadAsync(job);
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        return (job, (await GenerationManifest.ReadAsync(host.Blobs, JobOutputs.Of(job)["manifest"], default))!);
    }

    static async Task<Dictionary<string, string>> DigestsAsync(TestHost host, Job job)
    {
        var digests = new Dictionary<string, string>();
        foreach ((string role, BlobRef blob) in JobOutputs.Of(job)) digests[role] = Convert.ToHexStringLower(SHA256.HashData(await host.Blobs.ReadBytesAsync(blob)));
        return digests;
    }
}
