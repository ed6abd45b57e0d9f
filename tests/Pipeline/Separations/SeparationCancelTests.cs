using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Tests.Separations;

/// <summary>Taken back at any moment: what was uploaded stays, and nothing else.</summary>
[Trait("Requirement", "D-12")]
[Trait("Requirement", "D-15")]
public sealed class SeparationCancelTests
{
    [Fact]
    public async Task Cancel_BeforeAnyStep_EndsThereAndLeavesTheUpload()
    {
        int steps;
        using (var undisturbed = new SeparationStory(new() { Networks = 5 }))
        {
            await undisturbed.CompleteAsync();
            steps = undisturbed.Host.Orchestrator.Ran.Count;
        }

        Assert.InRange(steps, 12, 30);
        for (int step = 1; step <= steps; step++)
        {
            var fake = new WindowedFake { Networks = 5 };
            using var story = new SeparationStory(fake);
            int ran = 0;
            story.Host.Orchestrator.BeforeActivity = async _ =>
            {
                if (++ran == step) await story.CancelAsync();
            };
            await AssertCancelledAsync(story, fake, await story.RunAsync());

            // That step, what was handed out together with it, and the end.
            Assert.InRange(ran, step, step + 2);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(19)]
    public async Task Cancel_InAnyWindow_HearsNoOtherAndLeavesTheUpload(int last)
    {
        var fake = new WindowedFake();
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (_, window) =>
        {
            story.Host.Clock.Advance(TimeSpan.FromSeconds(1));
            if (window == last) story.CancelAsync().GetAwaiter().GetResult();
        };
        Job job = await story.RunAsync();
        Assert.Equal(last, fake.Heard.Max(heard => heard.Window));
        await AssertCancelledAsync(story, fake, job);
    }

    [Fact]
    public async Task Cancel_WhileItLoads_EndsAndKeepsTheModelForOthers()
    {
        var fake = new WindowedFake();
        using var story = new SeparationStory(fake);
        fake.BeforeLoad = _ => story.CancelAsync().GetAwaiter().GetResult();
        Job job = await story.RunAsync();
        Assert.Empty(fake.Heard);
        await AssertCancelledAsync(story, fake, job);
    }

    [Fact]
    public async Task Cancel_AfterAGpuFault_LeavesTheUpload()
    {
        var fake = new WindowedFake();
        using var story = new SeparationStory(fake);
        fake.BeforeWindow = (onCpu, window) =>
        {
            story.Host.Clock.Advance(TimeSpan.FromSeconds(1));
            if (!onCpu && window == 3) throw new GpuMemoryException("40 MB are missing.");
            if (onCpu && window == 5) story.CancelAsync().GetAwaiter().GetResult();
        };
        await AssertCancelledAsync(story, fake, await story.RunAsync());
    }

    [Fact]
    public async Task Fail_LeavesTheUploadAndNoOutput()
    {
        var fake = new WindowedFake();
        using var story = new SeparationStory(fake);
        story.Host.Orchestrator.FailNext(nameof(PublishSeparation), new PipelineException(Problem.StorageWriteFailed, "The disk is full."));
        Job job = await story.RunAsync();
        Assert.Equal((JobStatus.Failed, "The disk is full."), (job.Status, job.ErrorMessage));
        Assert.Contains(SeparationStory.Source.ToString(), story.Host.Blobs.Names);
        Assert.DoesNotContain(story.Host.Blobs.Names, name => name.StartsWith("stems/", StringComparison.Ordinal));
    }

    static async Task AssertCancelledAsync(SeparationStory story, WindowedFake fake, Job job)
    {
        Assert.Equal((JobStatus.Cancelled, "Cancelled by user."), (job.Status, job.StatusMessage));
        Assert.Null(job.Result);
        story.AssertOnlyUpload();
        Assert.Equal(JobEvents.Cancelled, (await story.Host.EventTypesAsync(job.JobId))[^1]);

        // What stays loaded waits for the next, which finds it in order.
        fake.BeforeWindow = null;
        fake.BeforeLoad = null;
        story.Host.Orchestrator.BeforeActivity = _ => Task.CompletedTask;
        await story.CompleteAsync();
        Assert.Equal(1, fake.Open);
    }
}
