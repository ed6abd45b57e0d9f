using System.Text.Json;
using System.Text.Json.Serialization;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Pipeline.Webhooks;

/// <summary>What a receiver is told.</summary>
/// <param name="Event"><c>job_completed</c>, <c>job_failed</c> or <c>job_cancelled</c>.</param>
/// <param name="Timestamp">Of this attempt.</param>
public sealed record WebhookMessage(string DeliveryId, string Event, DateTime Timestamp, WebhookJob Job)
{
    static readonly JsonSerializerOptions format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static WebhookMessage Of(Job job, string deliveryId, DateTime at) => new(deliveryId, JobEvents.TypeFor(job.Status), at, WebhookJob.Of(job));

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, format);
}

/// <summary>A job that has ended.</summary>
/// <param name="Files">Name to address; empty unless completed. Addresses are relative to the server.</param>
public sealed record WebhookJob(
    string JobId, JobKind Kind, JobStatus Status, JobStep CurrentStep, int Progress, string StatusMessage, string? ErrorMessage, string? ErrorCode,
    IReadOnlyList<string> Warnings, string Model, int RetryCount, DateTime CreatedAt, DateTime? StartedAt, DateTime? CompletedAt,
    string StatusUrl, string EventsUrl, IReadOnlyDictionary<string, string> Files)
{
    public static WebhookJob Of(Job job)
    {
        string address = $"/api/v1/jobs/{job.JobId}";
        return new(
            job.JobId, job.Kind, job.Status, job.CurrentStep, job.Progress, job.StatusMessage, job.ErrorMessage, job.ErrorCode,
            job.Warnings, job.Model, job.Retries.Count, job.CreatedAt, job.StartedAt, job.CompletedAt,
            address, $"{address}/events", JobOutputs.Of(job).Keys.ToDictionary(name => name, name => $"{address}/files/{Uri.EscapeDataString(name)}"));
    }
}
