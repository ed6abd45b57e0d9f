using DgxMusic.Contracts;
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

/// <summary>A model writes music as a job: in blocks that may be lost, tried again or cancelled, with the same bytes at the end.</summary>
public sealed class MusicGenTests : IDisposable
{
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

    [Fact]
    public async Task Generate_StemsAndTempoAskedFor_SaysThatTheyAreNotToBeHad()
    {
        using TestHost host = Host();
        (Job job, _) = await GenerateAsync(host, RequestOf(1, Model) with { Stems = true, Bpm = 120 });
        Assert.Contains(job.Warnings, warning => warning.Contains("makes no stems", StringComparison.Ordinal));
        Assert.Contains(job.Warnings, warning => warning.Contains("'bpm' and 'key' changed nothing", StringComparison.Ordinal));
    }

    TestHost Host(FakeGpu? gpu = null, WeightStorage precision = default) => HostOf(files, gpu, precision);
}
