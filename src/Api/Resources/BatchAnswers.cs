using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Separations;

namespace DgxMusic.Api.Resources;

/// <summary>One track of a batch: a job of its own, or a refusal.</summary>
/// <param name="Status">Of its job; null where it was refused, or its job was removed.</param>
/// <param name="Code">Why there is no job, or how it failed; null where neither.</param>
public sealed record BatchedTrack(string Name, string? UploadId, string? JobId, string? SongId, JobStatus? Status, int Progress, string? Code, string? Error, string? StatusUrl)
{
    public static BatchedTrack Of(BatchedSeparation item) => new(
        item.Name, item.UploadId, item.JobId, item.SongId, item.Status, item.Progress, item.Code, item.Error, item.JobId is { } id ? Links.Job(id) : null);
}

/// <summary>A batch as it stands.</summary>
/// <param name="Progress">Mean of its jobs; one that has ended counts as done.</param>
/// <param name="Total">Tracks that were asked for.</param>
/// <param name="Refused">Those among them that got no job.</param>
/// <param name="EstimatedTimeSeconds">Of work, one after the other; null unless it has just been accepted.</param>
/// <param name="Items">In the order of the request.</param>
public sealed record SeparationBatchResource(
    string JobId, JobStatus Status, int Progress, string StatusMessage, int Total, int Refused, double? EstimatedTimeSeconds, IReadOnlyList<BatchedTrack> Items, DateTime CreatedAt,
    DateTime? CompletedAt, string StatusUrl, string EventsUrl, string BatchUrl)
{
    public static SeparationBatchResource Of(Job batch, IReadOnlyList<BatchedSeparation> items, double? seconds) => new(
        batch.JobId, batch.Status, batch.Progress, batch.StatusMessage, items.Count, items.Count(item => item.JobId is null), seconds, [.. items.Select(BatchedTrack.Of)], batch.CreatedAt,
        batch.CompletedAt, Links.Job(batch.JobId), Links.Events(batch.JobId), Links.Batch(batch.JobId));
}

/// <summary>What a batch has to show.</summary>
public sealed record SeparationBatchOutcome(IReadOnlyList<BatchedTrack> Items)
{
    public static SeparationBatchOutcome Of(SeparationBatchResult result) => new([.. result.Items.Select(BatchedTrack.Of)]);
}
