using System.Collections.Concurrent;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.LocalHost.Tests.Jobs;

/// <summary>Places, retries and versions on the real runner.</summary>
public sealed class QueueOnRunnerTests
{
    /// <summary>A step of a job that fails so many times.</summary>
    public sealed record Chore(string JobId, string Name, int Failures, int Milliseconds = 0) : IJobInput;

    public sealed class Step(JobMonitor monitor) : IActivity<Chore, int>
    {
        public static readonly Activity<Chore, int> Definition = Activity<Chore, int>.Of<Step>(1, Lane.Io, JobStep.Generating, Retry.Outage);

        public static ConcurrentDictionary<string, int> Runs { get; } = new();

        public async Task<int> RunAsync(Chore task, ActivityContext context)
        {
            await monitor.EnterAsync(task.JobId, JobStep.Generating, task.Name, context.Stopping);
            int run = Runs.AddOrUpdate(task.JobId + task.Name, 1, (_, runs) => runs + 1);
            await Task.Delay(task.Milliseconds, context.Stopping);
            return run > task.Failures ? run : throw new IOException($"{task.Name} broke");
        }
    }

    readonly string firstId = JobIds.Draw(JobKind.Generation);

    /// <summary>The first job fails once and rests; the second has its place for a while.</summary>
    Task StepAsync(IOrchestrationContext context, string job, string name) =>
        context.CallActivityAsync(Step.Definition, job == firstId ? new(job, name, 1) : new(job, name, 0, 1000));

    static Orchestration<GenerationInput, GenerationResult> Story(int version, Func<IOrchestrationContext, string, Task> steps) => new(nameof(GenerateMusic), version, async (context, input) =>
    {
        await steps(context, input.JobId);
        throw new PipelineException(Problem.NotBuilt, "the story ends here");
    });

    [Fact]
    [Trait("Requirement", "A-63")]
    public async Task Retry_TwoStepsOfOneJobAtOnce_BothGoOn()
    {
        await using var host = new QueueHost(
            Story(1, (context, job) => Task.WhenAll(
                context.CallActivityAsync(Step.Definition, new(job, "left", 2)), context.CallActivityAsync(Step.Definition, new(job, "right", 3)))),
            Step.Definition);
        Job[] jobs = [await host.SubmitAsync(), await host.SubmitAsync(), await host.SubmitAsync()];

        foreach (Job job in jobs)
        {
            Job ended = await host.WaitAsync(job, row => row.IsTerminal);
            AssertTold(ended);
            Assert.Equal(5, ended.Retries.Count);
            Assert.Equal((3, 4), (Step.Runs[job.JobId + "left"], Step.Runs[job.JobId + "right"]));
        }

        Assert.Empty(await host.Queue.HoldersAsync());
    }

    [Fact]
    [Trait("Requirement", "A-62")]
    public async Task Crash_WhileAJobWaitsForItsPlace_ItGetsItAndEnds()
    {
        await using var host = new QueueHost(Story(1, (context, job) => StepAsync(context, job, "first")), Step.Definition);
        Job first = await host.SubmitAsync(firstId), second = await host.SubmitAsync();
        await host.WaitAsync(first, job => job.Waiting.Count == 1);
        await host.CrashAndRestartAsync();
        await host.CrashAndRestartAsync();

        AssertTold(await host.WaitAsync(first, job => job.IsTerminal));
        AssertTold(await host.WaitAsync(second, job => job.IsTerminal));
        // Each crash may repeat the one step in flight.
        Assert.InRange(Step.Runs[first.JobId + "first"], 2, 4);
    }

    [Fact]
    [Trait("Requirement", "A-61")]
    public async Task Restart_NewVersionWhileAJobWaitsForItsPlace_BeginsAgainWhenItHasOne()
    {
        await using var host = new QueueHost(Story(1, (context, job) => StepAsync(context, job, "old")), Step.Definition);
        Job first = await host.SubmitAsync(firstId), second = await host.SubmitAsync();
        Job waiting = await host.WaitAsync(first, job => job.Waiting.Count == 1);
        await host.CrashAndRestartAsync(Story(2, (context, job) => context.CallActivityAsync(Step.Definition, new(job, "new", 0, 50))));

        Job ended = await host.WaitAsync(first, job => job.IsTerminal);
        await host.WaitAsync(second, job => job.IsTerminal);
        AssertTold(ended);
        Assert.Equal(1, Step.Runs[first.JobId + "new"]);
        Assert.Equal(waiting.Retries.Count, ended.Retries.Count);
        Assert.Equal(first.CreatedAt, ended.CreatedAt);
    }

    [Fact]
    [Trait("Requirement", "A-66")]
    public async Task Cancel_WhileAJobWaitsForItsPlace_EndsItsInstance()
    {
        await using var host = new QueueHost(Story(1, (context, job) => StepAsync(context, job, "x")), Step.Definition);
        Job first = await host.SubmitAsync(firstId), second = await host.SubmitAsync();
        await host.WaitAsync(first, job => job.Waiting.Count == 1);

        Assert.Equal(JobStatus.Cancelled, (await host.Desk.CancelAsync(first.JobId, Caller.Owner, force: false)).Status);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await host.Runner.FindAsync(first.JobId) is { Status: InstanceStatus.Running }) await Task.Delay(5, limit.Token);
        Assert.Equal(1, Step.Runs[first.JobId + "x"]);
        Assert.True((await host.WaitAsync(second, job => job.IsTerminal)).IsTerminal);
    }

    static void AssertTold(Job job) => Assert.True(job.ErrorCode == Problem.NotBuilt.Code, job.ErrorMessage);
}
