using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Ports;
using DgxMusic.Pipeline.Webhooks;

namespace DgxMusic.Pipeline.Orchestrations;

public sealed record WebhookDelivery(string JobId) : IJobInput;

/// <summary>Tells a receiver that a job has ended: five attempts over an hour and some minutes, each of which outlives the process.</summary>
public static class DeliverWebhook
{
    public static readonly Orchestration<WebhookDelivery, WebhookOutcome> Definition = new(nameof(DeliverWebhook), version: 1, RunAsync);

    /// <summary>Between one attempt and the next.</summary>
    public static IReadOnlyList<TimeSpan> Waits { get; } = [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    static async Task<WebhookOutcome> RunAsync(IOrchestrationContext context, WebhookDelivery delivery)
    {
        for (int attempt = 1; ; attempt++)
        {
            bool isLast = attempt > Waits.Count;
            WebhookOutcome outcome = await context.CallActivityAsync(PostWebhook.Definition, new(delivery.JobId, attempt, isLast));
            if (outcome.IsOver || isLast) return outcome;
            await context.CreateTimer(Waits[attempt - 1]);
        }
    }
}
