using System.ComponentModel.DataAnnotations;

namespace DgxMusic.Pipeline.Jobs;

/// <summary>Settings of the pipeline, section <c>Pipeline</c>.</summary>
public sealed class PipelineOptions
{
    /// <summary>Root jobs that run at the same time.</summary>
    [Range(1, 64)] public int MaxConcurrentJobs { get; set; } = 1;
}
