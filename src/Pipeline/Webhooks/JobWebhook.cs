namespace DgxMusic.Pipeline.Webhooks;

public enum WebhookStatus
{
    /// <summary>The job has not ended, or its receiver has not taken the message yet.</summary>
    Pending,
    Delivered,

    /// <summary>Given up.</summary>
    Failed,

    /// <summary>The receiver said that it wants no more: 410.</summary>
    Gone,
}

/// <summary>Who is told of a job's end, and how that went.</summary>
/// <param name="DeliveryId">The same in every attempt, so that receivers can tell a repetition.</param>
public sealed record JobWebhook(string Url, string DeliveryId)
{
    public WebhookStatus Status { get; init; } = WebhookStatus.Pending;

    /// <summary>Messages sent; one more than planned where the process died before it had noted an answer.</summary>
    public int Attempts { get; init; }

    /// <summary>HTTP status of the last answer; null where none came.</summary>
    public int? LastStatus { get; init; }

    public string? LastError { get; init; }

    public DateTime? LastAttemptAt { get; init; }

    /// <summary>The instance that delivers it, and its delivery id.</summary>
    public static string IdOf(string jobId) => $"{jobId}.webhook";
}
