using System.Globalization;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using Microsoft.Extensions.Options;

namespace DgxMusic.Api.Examinations;

/// <summary>Whether the Functions host lets as many steps run at the same time, and for as long, as jobs need. A GPU worker takes one at a time, whatever the settings say.</summary>
public sealed class StepLimitExamination(HostSettings host, PipelineOptions pipeline, IOptions<GpuOptions> gpu) : IExamination
{
    const string Activities = "extensions:durableTask:maxConcurrentActivityFunctions", Orchestrators = "extensions:durableTask:maxConcurrentOrchestratorFunctions";

    /// <summary>One that computes and one that keeps the books: with less, a computing step keeps every other job from being seen, cancelled or ended.</summary>
    const int FewestActivities = 2;

    /// <summary>Blocks of work are planned for half a minute, but a whole hour of sound is decoded and encoded in one step.</summary>
    static readonly TimeSpan shortest = TimeSpan.FromMinutes(5);

    public string Name => "step_limits";

    public Task<HealthCheck> ExamineAsync(CancellationToken cancel)
    {
        var findings = new Findings(Name);
        if (host.MostActivities is not { } activities) findings.Warn($"{Activities} is not set, so an instance begins ten steps a processor at once, more than its memory may hold: 16 is this program's own.");
        else if (activities < FewestActivities) findings.Fail($"{Activities} is {activities}: a step that computes would keep those that end and cancel jobs waiting. Set it to {FewestActivities} or more.");
        else if (activities <= pipeline.MaxConcurrentJobs)
            findings.Warn($"{Activities} is {activities}, and {pipeline.MaxConcurrentJobs} jobs run at the same time: an instance may fill with steps that wait for one model, and steps that end and cancel jobs wait with them. Set it to more, or Pipeline:MaxConcurrentJobs to less.");
        if (host.MostOrchestrators is { } orchestrators && orchestrators < FewestActivities)
            findings.Warn($"{Orchestrators} is {orchestrators}: {pipeline.MaxConcurrentJobs} jobs would take turns at being planned. Set it to {FewestActivities} or more.");
        if (host.Timeout is { } timeout && timeout < shortest)
            findings.Warn($"functionTimeout is {timeout}: a long track may not be decoded within it, and the step is begun again and again. Set it to {shortest} or more.");
        string gpus = gpu.Value.Workers == GpuWorkers.Remote ? ", a GPU worker one" : "";
        return Task.FromResult(findings.Sum(string.Create(
            CultureInfo.InvariantCulture, $"An instance does {host.MostActivities} steps at once{gpus}; {pipeline.MaxConcurrentJobs} {(pipeline.MaxConcurrentJobs == 1 ? "job runs" : "jobs run")} at the same time; a step may last {host.Timeout?.ToString() ?? "as long as the plan allows"}.")));
    }
}
