using DgxMusic.Dsp;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Tests.Separations;

/// <summary>The GPU gives up: what it has done stays, the processor does the rest, once.</summary>
[Trait("Requirement", "D-10")]
public sealed class SeparationFallbackTests
{
    const float CpuGives = 0.5f;

    /// <summary>Two strides a part, as long as the clock stands still.</summary>
    static WindowedFake Fake() => new() { Networks = 10, OnCpuGives = CpuGives };

    [Fact]
    public async Task GpuMemory_GoneWhileLoading_AllIsDoneOnTheProcessor()
    {
        WindowedFake fake = Fake();
        fake.BeforeLoad = onCpu => { if (!onCpu) throw new GpuMemoryException("40 MB are missing."); };
        using var story = new SeparationStory(fake);
        SeparationResult result = await story.CompleteAsync();

        Assert.All(fake.Heard, heard => Assert.True(heard.OnCpu));
        await AssertToldAsync(story, result, "40 MB are missing.");
        Assert.Equal([new DevicePart("cpu", 0)], await DevicesAsync(story, result));
        Assert.Equal(2, story.Ran(nameof(PrepareSeparator)).Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    public async Task GpuMemory_GoneInAnyWindow_TheRestIsDoneOnTheProcessorFromThatPartOn(int last)
    {
        WindowedFake fake = Fake();
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (onCpu, window) => { if (!onCpu && window >= last) throw new GpuMemoryException("40 MB are missing."); };
        SeparationResult result = await story.CompleteAsync();

        await AssertToldAsync(story, result, "40 MB are missing.");
        IReadOnlyList<DevicePart> devices = await DevicesAsync(story, result);
        Assert.Equal(["cuda", "cpu"], devices.Select(device => device.Device));
        long turn = devices[1].FromFrame;
        Assert.Equal(0, turn % SeparationStory.Stride);
        Assert.InRange(turn, Math.Max(0, (last - 2) * SeparationStory.Stride), last * SeparationStory.Stride);
        using var onGpu = new SeparationStory(Fake());
        using var onCpu = new SeparationStory(new() { Networks = 10, Shares = [0.25f * CpuGives, 0.5f * CpuGives] });
        await AssertJoinedAsync(story, result, await onGpu.CompleteAsync(), onGpu, await onCpu.CompleteAsync(), onCpu, turn);
    }

    [Fact]
    public async Task GpuMemory_TwoPartsInFlight_ThatOfTheSecondIsThrownAwayWithTheFirst()
    {
        WindowedFake fake = Fake();
        using var story = new SeparationStory(fake);
        bool failed = false;
        fake.BeforeWindow = (onCpu, window) =>
        {
            if (onCpu || failed || window < 4) return;
            failed = true;
            throw new GpuMemoryException("40 MB are missing.");
        };
        SeparationResult result = await story.CompleteAsync();

        long turn = (await DevicesAsync(story, result))[1].FromFrame;
        SegmentRequest[] onGpu = [.. story.Parts.Where(part => !part.Model.OnCpu)];
        Assert.Contains(onGpu, part => part.From > turn);   // it was begun behind the one that failed, and did well
        SegmentRequest[] onCpu = [.. story.Parts.Where(part => part.Model.OnCpu)];
        Assert.Equal(turn, onCpu[0].From);
        Assert.Equal(onCpu[..^1].Select(part => part.To), onCpu[1..].Select(part => part.From));
        Assert.Equal(SeparationStory.Song.Frames, onCpu[^1].To);
        Assert.Equal(1, story.Ran(nameof(PrepareSeparator)).Count(name => name.EndsWith("OnCpu", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task GpuMemory_GoneOnTheProcessorToo_IsAFaultLikeAnyOther()
    {
        WindowedFake fake = Fake();
        fake.BeforeWindow = (_, window) => { if (window >= 4) throw new GpuMemoryException("40 MB are missing."); };
        using var story = new SeparationStory(fake);
        Job job = await story.RunAsync();

        Assert.Equal((JobStatus.Failed, "INTERNAL", 3), (job.Status, job.ErrorCode, job.Retries.Count));
        Assert.Contains("40 MB are missing", job.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(2, story.Ran(nameof(PrepareSeparator)).Count());
        Assert.Equal(0, fake.Open);
    }

    [Fact]
    public async Task OtherFault_SaysOutOfMemory_IsTriedAgainThereAndNotElsewhere()
    {
        WindowedFake fake = Fake();
        bool failed = false;
        fake.BeforeWindow = (_, window) =>
        {
            if (failed || window != 5) return;
            failed = true;
            throw new OutOfMemoryException("out of memory");
        };
        using var story = new SeparationStory(fake);
        SeparationResult result = await story.CompleteAsync();

        Assert.Null(result.Fallback);
        Assert.Equal("cuda", result.Device);
        Assert.All(fake.Heard, heard => Assert.False(heard.OnCpu));
        Assert.Single((await story.Host.Ledger.GetAsync(story.JobId)).Retries);
    }

    [Fact]
    public async Task GpuFault_NotOfMemory_FallsBackToo_AndTheNextJobIsOnTheGpuAgain()
    {
        WindowedFake fake = Fake();
        fake.BeforeWindow = (onCpu, _) => { if (!onCpu) throw new GpuFaultException("The driver was lost."); };
        using var story = new SeparationStory(fake);
        SeparationResult first = await story.CompleteAsync();
        await AssertToldAsync(story, first, "The driver was lost.");

        fake.BeforeWindow = null;
        SeparationResult second = await story.CompleteAsync();
        Assert.Equal(("cuda", null), (second.Device, second.Fallback));
    }

    static async Task AssertToldAsync(SeparationStory story, SeparationResult result, string reason)
    {
        Job job = await story.Host.Ledger.GetAsync(story.JobId);
        Assert.Equal(("cpu", "cpu"), (job.DeviceUsed, result.Device));
        Assert.Contains(reason, result.Fallback, StringComparison.Ordinal);
        Assert.Contains(result.Fallback!, job.Warnings);
        IReadOnlyList<JobUpdate> updates = await story.UpdatesAsync();
        Assert.Contains(updates, update => update.CurrentStep == JobStep.LoadingModel && update.StatusMessage.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(updates, update => update.CurrentStep == JobStep.RunningOnCpu && update.StatusMessage.Contains(reason.TrimEnd('.'), StringComparison.Ordinal));
        Assert.Equal(updates.Select(update => update.Progress).Order(), updates.Select(update => update.Progress));
    }

    static async Task<IReadOnlyList<DevicePart>> DevicesAsync(SeparationStory story, SeparationResult result) =>
        (await SeparationManifest.ReadAsync(story.Host.Blobs, result.Manifest, default))!.Devices;

    /// <summary>Up to the turn the frames are the GPU's, from there on the processor's.</summary>
    static async Task AssertJoinedAsync(SeparationStory story, SeparationResult result, SeparationResult gpu, SeparationStory onGpu, SeparationResult cpu, SeparationStory onCpu, long turn)
    {
        foreach (string track in new[] { "drums", "vocals" })
        {
            AudioBuffer joined = await story.ReadAsync(result, track), before = await onGpu.ReadAsync(gpu, track), after = await onCpu.ReadAsync(cpu, track);
            for (int channel = 0; channel < 2; channel++)
            {
                Assert.Equal(before[channel][..(int)turn].ToArray(), joined[channel][..(int)turn].ToArray());
                Assert.Equal(after[channel][(int)turn..].ToArray(), joined[channel][(int)turn..].ToArray());
            }
        }
    }
}
