using DgxMusic.Contracts;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Uploads;

namespace DgxMusic.Pipeline.Separations;

/// <summary>One of several tracks that a caller wants taken apart.</summary>
/// <param name="Name">As its caller knows it.</param>
/// <param name="Refusal">Why it cannot be; then the rest does not matter.</param>
public sealed record SeparationWish(string Name, Upload? Upload, SeparationRequest? Request, PipelineException? Refusal);

/// <summary>What became of one of them when the batch was accepted: a job of its own, or a refusal.</summary>
public sealed record SeparationItem(string Name, string? UploadId, string? JobId, string? SongId, string? Code, string? Error);

/// <summary>A batch: it does nothing by itself.</summary>
/// <param name="Items">In the order of the request.</param>
public sealed record SeparationBatchInput(string JobId, IReadOnlyList<SeparationItem> Items) : IJobInput
{
    /// <summary>Ids of its jobs, in order.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<string> Parts => [.. Items.Where(item => item.JobId is not null).Select(item => item.JobId!)];
}

/// <param name="Status">Of its job; null where it was refused, or its job was removed.</param>
public sealed record BatchedSeparation(string Name, string? UploadId, string? JobId, string? SongId, JobStatus? Status, int Progress, string? Code, string? Error)
{
    /// <param name="job">Its job as it stands; null where there is none.</param>
    public static BatchedSeparation Of(SeparationItem item, Job? job) => new(
        item.Name, item.UploadId, item.JobId, item.SongId, job?.Status, job?.Progress ?? 0, item.Code ?? job?.ErrorCode, item.Error ?? job?.ErrorMessage);
}

/// <summary>How a batch ended of which at least one track was taken apart.</summary>
public sealed record SeparationBatchResult(IReadOnlyList<BatchedSeparation> Items, IReadOnlyList<string> Warnings) : IJobResult;
