using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Settings of the pipeline, section <c>Pipeline</c>.</summary>
public sealed class PipelineOptions
{
    /// <summary>Root jobs that run at the same time.</summary>
    [Range(1, 64)] public int MaxConcurrentJobs { get; set; } = 1;

    /// <summary>How often a step that failed is tried again.</summary>
    [Range(0, 10)] public int MaxRetries { get; set; } = 3;

    /// <summary>Seconds before the first retry; each later wait is twice the one before.</summary>
    [Range(0.01, 3600)] public double RetryDelaySeconds { get; set; } = 1;

    /// <summary>Hours that a running job may stand still, from the last change of its row; longer, and it fails. Time spent waiting in the queue does not count.</summary>
    [Range(0.01, 24 * 30)] public double StuckAfterHours { get; set; } = 2;

    /// <summary>Days that the history and events of an ended job are kept, and the scratch of a failed one. The job itself stays.</summary>
    [Range(0, 3650)] public double KeepTracesDays { get; set; } = 7;

    /// <param name="failures">Of one step, counted from 1.</param>
    public TimeSpan RetryDelayAfter(int failures) => TimeSpan.FromSeconds(RetryDelaySeconds * Math.Pow(2, failures - 1));
}
