using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Generations;
using DgxMusic.Pipeline.Tests.Memory;
using DgxMusic.Pipeline.Tests.Separations;
using DgxMusic.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace DgxMusic.Pipeline.Tests.Gpu;

/// <summary>Separations whose GPU is in another process, which may not be there, come late, be busy or die.</summary>
public sealed class GpuWorkerTests
{
    static readonly (string, string) remote = ("Gpu:Workers", "remote");

    [Fact]
    [Trait("Requirement", "D-07")]
    public async Task Separate_AWorkerLives_ItDoesTheWork()
    {
        using var story = new SeparationStory(new(), null, remote);
        await SayAsync(story);
        SeparationResult result = await story.CompleteAsync();
        Assert.Equal("cuda", result.Device);
        Assert.NotEmpty(story.Ran("SeparateSegments"));
        Assert.Empty(story.Ran("SeparateSegmentsOnCpu"));
        Assert.True((await story.Host.Ledger.GetAsync(story.JobId)).OnGpuWorker);
    }

    [Fact]
    [Trait("Requirement", "D-07")]
    public async Task Separate_NoWorkerComes_WaitsAsLongAsTheSettingsSay_ThenTheProcessorTakesItAndSaysSo()
    {
        using var story = new SeparationStory(new(), null, remote);
        story.Host.Orchestrator.DuringTimer = PassAsync(story);
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats() with { Device = DeviceChoice.Gpu });
        Assert.Equal("cpu", result.Device);
        Assert.Contains(result.Warnings, warning => warning.Contains("No GPU worker was alive for 5 minutes", StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromMinutes(5), story.Host.Orchestrator.Waited.Aggregate(TimeSpan.Zero, (sum, one) => sum + one));
        Assert.DoesNotContain("SeparateSegments", story.Host.Orchestrator.Ran);
        Assert.DoesNotContain("PrepareSeparator", story.Host.Orchestrator.Ran);
        Assert.Single(await story.UpdatesAsync(), update => update.StatusMessage.StartsWith("Waiting for a GPU worker; if none comes within 5 minutes, the CPU takes it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Separate_NoWorkerComes_WhereThatIsToFail_FailsWithTheReason()
    {
        using var story = new SeparationStory(new(), null, remote, ("Gpu:WhenNone", "fail"), ("Gpu:WaitMinutes", "0.5"));
        story.Host.Orchestrator.DuringTimer = PassAsync(story);
        Job job = await story.RunAsync();
        Assert.Equal((JobStatus.Failed, "GPU_UNAVAILABLE"), (job.Status, job.ErrorCode));
        Assert.Contains("0.5 minutes", job.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(InstanceStatus.Completed, (await story.Host.Orchestrator.FindAsync(story.JobId))!.Status);
    }

    [Fact]
    public async Task Separate_WorkerComesLate_IsAskedForAndGetsTheWork()
    {
        var waker = new CountingWaker();
        using SeparationStory story = SeparationStory.With(services => services.AddSingleton<IGpuWaker>(waker), remote);
        story.Host.Orchestrator.DuringTimer = async delay =>
        {
            story.Host.Clock.Advance(delay);
            if (story.Host.Orchestrator.Waited.Count == 3) await SayAsync(story);
        };
        SeparationResult result = await story.CompleteAsync();
        Assert.Equal(("cuda", 3), (result.Device, waker.Calls));
        Assert.Equal(3, story.Host.Orchestrator.Waited.Count);
    }

    [Fact]
    [Trait("Requirement", "D-12")]
    public async Task Separate_CancelledWhileItWaits_EndsAtTheNextLook()
    {
        using var story = new SeparationStory(new(), null, remote);
        story.Host.Orchestrator.DuringTimer = async delay =>
        {
            story.Host.Clock.Advance(delay);
            if (story.Host.Orchestrator.Waited.Count == 2) await story.CancelAsync();
        };
        Job job = await story.RunAsync();
        Assert.Equal((JobStatus.Cancelled, 2), (job.Status, story.Host.Orchestrator.Waited.Count));
        story.AssertOnlyUpload();
    }

    [Theory]
    [InlineData("spectral", DeviceChoice.Auto)]
    [InlineData("htdemucs", DeviceChoice.Cpu)]
    public async Task Separate_ThatNeedsNoGpu_DoesNotWait(string model, DeviceChoice device)
    {
        using var story = new SeparationStory(new(model), null, remote);
        Assert.Equal("cpu", (await story.CompleteAsync(SeparationStory.Floats() with { Model = model, Device = device })).Device);
        Assert.Empty(story.Host.Orchestrator.Waited);
    }

    [Theory]
    [InlineData(DeviceChoice.Auto, 0)]
    [InlineData(DeviceChoice.Gpu, 1)]
    public async Task Separate_HostWithoutWorkers_TakesTheProcessorAtOnce(DeviceChoice device, int warnings)
    {
        using var story = new SeparationStory(new(), null, ("Gpu:Workers", "none"));
        SeparationResult result = await story.CompleteAsync(SeparationStory.Floats() with { Device = device });
        Assert.Equal("cpu", result.Device);
        Assert.Equal(warnings, result.Warnings.Count(warning => warning.Contains("Gpu:Workers=none", StringComparison.Ordinal)));
        Assert.All(story.Host.Orchestrator.Ran.Where(name => PipelineDefinitions.Activities.Single(one => one.Name == name).Lane == Definitions.Lane.Gpu), name => Assert.Fail(name));
    }

    [Fact]
    public async Task Separate_MockOnAHostWithoutWorkers_GivesNothingToTheGpuLane()
    {
        using var story = new SeparationStory(null, null, ("Gpu:Workers", "none"), (EngineSwitches.DemucsSetting, "1"));
        await story.CompleteAsync();
        Assert.DoesNotContain("SeparateSegments", story.Host.Orchestrator.Ran);
    }

    /// <summary>Its worker takes the work, and is never heard of again: no orchestration can let go of that, so it is ended and begins again.</summary>
    [Fact]
    [Trait("Requirement", "D-26")]
    public async Task Sweep_WorkerDiesWithTheWork_BeginsAgainFromWhatIsDone()
    {
        using var story = new SeparationStory(new WindowedFake { Networks = 3 }, null, remote);
        await SayAsync(story);
        await story.SubmitAsync(SeparationStory.Floats());
        int parts = 0;
        var never = new TaskCompletionSource();
        story.Host.Orchestrator.BeforeActivity = name => name == nameof(SeparateSegments) && ++parts > 2 ? never.Task : Task.CompletedTask;
        Task hanging = story.Host.Orchestrator.RunAllAsync();
        Assert.False(hanging.IsCompleted);

        // As long as it could be busy, nothing is taken from it.
        await PassAndSweepAsync(story, TimeSpan.FromMinutes(4));
        Assert.Equal(InstanceStatus.Running, (await story.Host.Orchestrator.FindAsync(story.JobId))!.Status);
        await PassAndSweepAsync(story, TimeSpan.FromMinutes(2));
        Assert.Equal(InstanceStatus.Terminated, (await story.Host.Orchestrator.FindAsync(story.JobId))!.Status);
        await SayAsync(story, "second");
        story.Host.Orchestrator.BeforeActivity = _ => Task.CompletedTask;
        await story.Host.SweepAsync();

        Job job = await story.EndAsync();
        Assert.True(job.Status == JobStatus.Completed, job.ErrorMessage);
        Assert.Contains(await story.UpdatesAsync(), update => update.StatusMessage.StartsWith("The GPU worker is gone", StringComparison.Ordinal));
        using var undisturbed = new SeparationStory(new WindowedFake { Networks = 3 });
        SeparationResult expected = await undisturbed.CompleteAsync();
        foreach (string track in expected.Tracks.Select(track => track.Track))
            Assert.Equal(await undisturbed.BytesAsync(expected, track), await story.BytesAsync(Definitions.Payload.Read<SeparationResult>(job.Result!.Value), track));
    }

    [Fact]
    public async Task Sweep_BusyWorkerThatSaysSo_IsLeftAlone()
    {
        using var story = new SeparationStory(new(), null, remote);
        await SayAsync(story);
        await story.SubmitAsync(SeparationStory.Floats());
        var busy = new TaskCompletionSource();
        story.Host.Orchestrator.BeforeActivity = name => name == nameof(PrepareSeparator) ? busy.Task : Task.CompletedTask;
        Task hanging = story.Host.Orchestrator.RunAllAsync();
        for (int minute = 0; minute < 30; minute++)
        {
            story.Host.Clock.Advance(TimeSpan.FromMinutes(1));
            await SayAsync(story);
            await story.Host.SweepAsync();
        }

        Assert.Equal(InstanceStatus.Running, (await story.Host.Orchestrator.FindAsync(story.JobId))!.Status);
        busy.SetResult();
        await hanging;
        Assert.Equal(JobStatus.Completed, (await story.EndAsync()).Status);
    }

    /// <summary>The sweep dies after any of its writes; the next one goes on.</summary>
    [Fact]
    public async Task Sweep_DiesWhileItTakesAJobBack_TheNextOneGoesOn()
    {
        using var story = new SeparationStory(new(), null, remote);
        await SayAsync(story);
        await story.SubmitAsync(SeparationStory.Floats());
        var never = new TaskCompletionSource();
        story.Host.Orchestrator.BeforeActivity = name => name == nameof(SeparateSegments) ? never.Task : Task.CompletedTask;
        _ = story.Host.Orchestrator.RunAllAsync();
        story.Host.Clock.Advance(TimeSpan.FromMinutes(10));
        GpuRescue rescue = story.Host.Get<GpuRescue>();
        story.Host.Orchestrator.BeforeActivity = _ => Task.CompletedTask;
        for (int look = 0; look < 10 && (await story.Host.Ledger.GetAsync(story.JobId)) is { } job; look++)
        {
            story.Host.Rows.WritesLeft = look % 3;
            await Record.ExceptionAsync(() => rescue.TryAsync(job));
            story.Host.Rows.WritesLeft = int.MaxValue;
        }

        await SayAsync(story, "second");
        await story.Host.SweepAsync();
        Job ended = await story.EndAsync();
        Assert.True(ended.Status == JobStatus.Completed, $"{ended.Status}: {ended.StatusMessage} {ended.ErrorMessage}");
    }

    [Fact]
    public async Task Nodes_ThatAreSilent_AreNotAlive_AndForgottenAfterADay()
    {
        using var host = new TestHost(settings: remote);
        GpuNodes nodes = host.Get<GpuNodes>();
        await nodes.SayAsync(Node(host, "a"));
        await nodes.SayAsync(Node(host, "a") with { Models = ["htdemucs"] });
        Assert.Equal(["htdemucs"], Assert.Single(await nodes.ListAsync()).Models);
        Assert.Null((await host.Get<GpuFinder>().FindAsync()).Gpu.Reason);
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(("No GPU worker is alive.", true), ((await host.Get<GpuFinder>().FindAsync()) is var found ? (found.Gpu.Reason, found.MayCome) : default));
        host.Clock.Advance(TimeSpan.FromHours(24));
        await host.SweepAsync();
        Assert.Empty(await nodes.ListAsync());
    }

    [Fact]
    public async Task Heartbeat_TellsWhatTheWorkerHas_AndTakesItBackAtTheEnd()
    {
        using var files = new SmallMusicGen();
        using var host = new TestHost(
            services => services.AddGpuNode().AddSingleton(MusicGenEngine.Of("musicgen-small", files.Files, new ManagedEngines(), WeightStorage.Float32)), settings: remote);
        NodeHeartbeat heart = host.Get<NodeHeartbeat>();
        await heart.BeatAsync();
        GpuNode node = Assert.Single(await host.Get<GpuNodes>().ListAsync());
        Assert.Equal((heart.NodeId, false), (node.NodeId, node.Gpu.IsBuilt));
        Assert.Equal(["spectral", "musicgen-small"], node.Models);
        await heart.StopAsync(CancellationToken.None);
        Assert.Empty(await host.Get<GpuNodes>().ListAsync());
    }

    static Func<TimeSpan, Task> PassAsync(SeparationStory story) => delay =>
    {
        story.Host.Clock.Advance(delay);
        return Task.CompletedTask;
    };

    static async Task PassAndSweepAsync(SeparationStory story, TimeSpan time)
    {
        story.Host.Clock.Advance(time);
        await story.Host.SweepAsync();
    }

    static Task SayAsync(SeparationStory story, string id = "first") => story.Host.Get<GpuNodes>().SayAsync(Node(story.Host, id));

    static GpuNode Node(TestHost host, string id)
    {
        DateTime now = host.Clock.GetUtcNow().UtcDateTime;
        return new(id, "machine", now, now, new(true, [new GpuFacts("Large", 80_000, 79_000)], null), ["htdemucs"], "1");
    }
}

sealed class CountingWaker : IGpuWaker
{
    public int Calls { get; set; }

    public Task WakeAsync(CancellationToken cancel = default)
    {
        Calls++;
        return Task.CompletedTask;
    }
}
