using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Webhooks;

/// <param name="Attempt">From 1.</param>
/// <param name="IsLast">No other follows.</param>
public sealed record WebhookAttempt(string JobId, int Attempt, bool IsLast) : IJobInput;

/// <param name="IsOver">Delivered, refused, or nobody is left to tell.</param>
public sealed record WebhookOutcome(bool IsOver);

/// <summary>Tells a receiver of a job's end, once, and notes in the job how that went. Run twice, it tells twice, under the same delivery id.</summary>
public sealed class PostWebhook(JobLedger ledger, WebhookSecrets secrets, WebhookClient client) : IActivity<WebhookAttempt, WebhookOutcome>
{
    public static readonly Activity<WebhookAttempt, WebhookOutcome> Definition =
        Activity<WebhookAttempt, WebhookOutcome>.Of<PostWebhook>(version: 1, Lane.Io, JobStep.Completed, Retry.Outage);

    public async Task<WebhookOutcome> RunAsync(WebhookAttempt attempt, ActivityContext context)
    {
        if (await ledger.FindAsync(attempt.JobId, context.Stopping) is not { Webhook: { Status: WebhookStatus.Pending } webhook } job) return new(IsOver: true);
        DateTime now = ledger.UtcNow;
        WebhookAnswer answer = await client.PostAsync(webhook.Url, Sign(job, webhook, now, await secrets.GetAsync(job.Owner, context.Stopping), out var headers), headers, context.Stopping);
        WebhookStatus status = answer switch
        {
            { Status: >= 200 and < 300 } => WebhookStatus.Delivered,
            { Status: 410 } => WebhookStatus.Gone,
            { IsRefused: true } => WebhookStatus.Failed,
            _ => attempt.IsLast ? WebhookStatus.Failed : WebhookStatus.Pending,
        };
        await ledger.AmendAsync(
            job.JobId,
            row => row with
            {
                Webhook = row.Webhook! with
                {
                    Status = status, Attempts = row.Webhook.Attempts + 1, LastStatus = answer.Status, LastError = answer.Error, LastAttemptAt = now,
                },
            },
            context.Stopping);
        return new(status != WebhookStatus.Pending);
    }

    static byte[] Sign(Job job, JobWebhook webhook, DateTime now, WebhookSecret secret, out Dictionary<string, string> headers)
    {
        WebhookMessage message = WebhookMessage.Of(job, webhook.DeliveryId, now);
        byte[] body = message.ToBytes();
        long timestamp = new DateTimeOffset(now).ToUnixTimeSeconds();
        headers = new()
        {
            ["X-Dgx-Delivery"] = webhook.DeliveryId,
            ["X-Dgx-Event"] = message.Event,
            ["X-Dgx-Signature"] = WebhookSecrets.Sign(secret.Secret, timestamp, body),
        };
        return body;
    }
}
