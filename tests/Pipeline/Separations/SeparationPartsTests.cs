using System.Text.Json;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Tests.Memory;

namespace DgxMusic.Pipeline.Tests.Separations;

/// <summary>However a track is parted, handed on, failed and tried again: the bytes are the same, and no window is heard twice without need.</summary>
public sealed class SeparationPartsTests
{
    [Theory]
    [InlineData(20, true)]
    [InlineData(10, true)]
    [InlineData(7, true)]
    [InlineData(1, true)]
    [InlineData(20, false)]
    [InlineData(7, false)]
    [Trait("Requirement", "D-48")]
    public async Task Parts_OfAnyLength_GiveTheSameBytesAndHearEachWindowOnce(int networks, bool onGpu)
    {
        DeviceChoice device = onGpu ? DeviceChoice.Auto : DeviceChoice.Cpu;
        using var whole = new SeparationStory(new());
        SeparationRequest request = SeparationStory.Floats("vocals", "instrumental") with { WithResidual = true, Device = device };
        SeparationResult expected = await whole.CompleteAsync(request);

        var fake = new WindowedFake { Networks = networks };
        using var story = new SeparationStory(fake);
        SeparationResult result = await story.CompleteAsync(request);

        Assert.Equal(networks == 1, story.Parts.Count <= 2);
        await AssertSameTracksAsync(whole, expected, story, result);
        Assert.Equal(Enumerable.Range(0, 21).Select(window => (!onGpu, (long)window)), fake.Heard);
        Assert.Equal(JsonSerializer.Serialize(expected.Quality), JsonSerializer.Serialize(result.Quality));
        Assert.Equal(JsonSerializer.Serialize(expected.Seams), JsonSerializer.Serialize(result.Seams));
    }

    [Fact]
    [Trait("Requirement", "D-48")]
    public async Task Parts_NothingIsHandedOn_GiveTheSameBytes()
    {
        using var whole = new SeparationStory(new());
        SeparationResult expected = await whole.CompleteAsync();

        var fake = new WindowedFake { Networks = 10 };
        using var story = new SeparationStory(fake);
        story.Host.Orchestrator.BeforeActivity = async _ =>
        {
            foreach (string name in story.Host.Blobs.Names.Where(name => name.Contains(".windows", StringComparison.Ordinal))) await story.Host.Blobs.DeleteAsync(BlobRef.Parse(name));
        };
        SeparationResult result = await story.CompleteAsync();
        await AssertSameTracksAsync(whole, expected, story, result);
        Assert.True(fake.Heard.Count > 21);
    }

    [Fact]
    [Trait("Requirement", "D-48")]
    public async Task Parts_LengthsChangeOnTheWay_GiveTheSameBytes()
    {
        using var whole = new SeparationStory(new());
        SeparationResult expected = await whole.CompleteAsync();

        var fake = new WindowedFake { Networks = 20 };
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (_, window) => story.Host.Clock.Advance(TimeSpan.FromSeconds(window < 3 ? 5 : window < 10 ? 12 : 100));
        SeparationResult result = await story.CompleteAsync();
        long[] lengths = [.. story.Parts.Select(part => (part.To - part.From) / SeparationStory.Stride)];
        Assert.True(lengths.Distinct().Count() > 2, string.Join(' ', lengths));
        await AssertSameTracksAsync(whole, expected, story, result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(20)]
    public async Task Fault_InAnyPart_IsTriedAgainAndNothingElseIsDoneTwice(int window)
    {
        using var whole = new SeparationStory(new());
        SeparationResult expected = await whole.CompleteAsync();

        var fake = new WindowedFake { Networks = 5 };
        bool failed = false;
        fake.BeforeWindow = (_, heard) =>
        {
            if (failed || heard != window) return;
            failed = true;
            throw new IOException("the disk is away");
        };
        using var story = new SeparationStory(fake);
        SeparationResult result = await story.CompleteAsync();

        Assert.Single((await story.Host.Ledger.GetAsync(story.JobId)).Retries);
        await AssertSameTracksAsync(whole, expected, story, result);
        SegmentRequest part = story.Parts.First(part => part.To > window * SeparationStory.Stride || part.To == SeparationStory.Song.Frames);
        Assert.All(
            fake.Heard.GroupBy(heard => heard.Window).Where(group => group.Count() > 1),
            twice => Assert.InRange(twice.Key, part.From / SeparationStory.Stride, part.To / SeparationStory.Stride));
    }

    [Fact]
    [Trait("Requirement", "X-09")]
    public async Task SeparateTrack_EveryStepDeliveredTwice_GivesTheSameBytesAndHearsEachWindowOnce()
    {
        using var once = new SeparationStory(new() { Networks = 10 });
        await once.CompleteAsync();

        var fake = new WindowedFake { Networks = 10 };
        using var twice = new SeparationStory(fake);
        string[] steps = ["PlanSeparation", "PrepareSeparator", "DecodeTrack", "SeparateSegments", "MeasureStems", "EncodeTrack", "PublishSeparation"];
        foreach (string step in steps) twice.Host.Orchestrator.LoseResultOnce.TryAdd(step, true);
        await twice.CompleteAsync();

        Assert.Equal(steps.Length, (await twice.Host.Ledger.GetAsync(twice.JobId)).Retries.Count);
        Assert.Equal(await once.DigestAsync(), await twice.DigestAsync());
        Assert.Equal(21, fake.Heard.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public async Task SeparateTrack_ReplayedFromAnyPoint_AsksForTheSame(int? gpuFaultAt)
    {
        var fake = new WindowedFake { Networks = 10 };
        fake.BeforeWindow = (onCpu, window) => { if (!onCpu && window >= gpuFaultAt) throw new GpuMemoryException("40 MB are missing."); };
        using var story = new SeparationStory(fake);
        story.Host.Orchestrator.FailNext(nameof(MeasureStems), new IOException("the disk is away"));
        await story.CompleteAsync();

        RecordedCall[] calls = [.. story.Host.Orchestrator.Calls.Where(call => call.Instance.EndsWith(".SeparateTrack.0", StringComparison.Ordinal))];
        Assert.InRange(calls.Length, 15, 40);
        JsonElement input = story.Host.Orchestrator.InputOf(story.JobId);
        for (int known = 0; known <= calls.Length; known++)
        {
            var replay = new Replay(calls, known);
            Task<JsonElement> run = SeparateTrack.Definition.InvokeAsync(replay, input);
            Assert.Equal(known == calls.Length, run.IsCompletedSuccessfully);
            // With the first of two in flight unheard, the second has been asked for already.
            Assert.InRange(replay.Asked, Math.Min(known + 1, calls.Length), Math.Min(known + 2, calls.Length));
        }
    }

    static async Task AssertSameTracksAsync(SeparationStory one, SeparationResult first, SeparationStory other, SeparationResult second)
    {
        Assert.Equal(first.Tracks.Select(track => track.Track), second.Tracks.Select(track => track.Track));
        foreach (StemFile track in first.Tracks)
        {
            await using Stream before = (await one.Host.Blobs.OpenReadAsync(track.File))!, after = (await other.Host.Blobs.OpenReadAsync(second.Tracks.Single(same => same.Track == track.Track).File))!;
            byte[] wanted = new byte[before.Length], given = new byte[after.Length];
            await before.ReadExactlyAsync(wanted);
            await after.ReadExactlyAsync(given);
            Assert.True(wanted.AsSpan().SequenceEqual(given), $"{track.Track} differs.");
        }
    }

    /// <summary>Gives what was recorded, as far as it is known, and checks that the same is asked for.</summary>
    sealed class Replay(RecordedCall[] calls, int known) : OrchestrationContext
    {
        public int Asked { get; private set; }

        public override DateTime CurrentUtcDateTime => new(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc);

        protected override string InstanceId => calls[0].Instance;

        public override Guid NewGuid() => Guid.Empty;

        public override Task CreateTimer(TimeSpan delay, CancellationToken cancel = default) => Task.CompletedTask;

        protected override Task<JsonElement> RunActivityAsync(string name, JsonElement input)
        {
            Assert.True(Asked < calls.Length, $"{name} was never asked for before.");
            RecordedCall call = calls[Asked++];
            Assert.Equal((call.Name, call.Input), (name, input.GetRawText()));
            if (Asked > known) return new TaskCompletionSource<JsonElement>().Task;
            return call.Fault is { } fault ? Task.FromException<JsonElement>(fault) : Task.FromResult(call.Output!.Value);
        }

        protected override Task<JsonElement> RunChildAsync(string name, string instanceId, JsonElement input) => throw new NotSupportedException();

        protected override Task<JsonElement> NextEventAsync(string name) => Task.FromResult(JsonSerializer.SerializeToElement(true));
    }
}
