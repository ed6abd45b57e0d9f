using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Engines;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Uploads;
using DgxMusic.Tensors;
using static DgxMusic.Pipeline.Tests.Generations.MusicGenStory;

namespace DgxMusic.Pipeline.Tests.Generations;

/// <summary>A model goes on from any music, and gives what is new.</summary>
public sealed class ContinuationTests : IDisposable
{
    readonly SmallMusicGen files = new();

    public void Dispose() => files.Dispose();

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

    TestHost Host(FakeGpu? gpu = null, WeightStorage precision = default) => HostOf(files, gpu, precision);
}
