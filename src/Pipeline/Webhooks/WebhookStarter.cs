using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Ports;

namespace DgxMusic.Pipeline.Webhooks;

/// <summary>Starts the delivery of a job's webhook once it has ended. The delivery is a story of its own: nothing waits for it.</summary>
public sealed class WebhookStarter(IOrchestrationClient client) : IJobResidue
{
    /// <summary>A second time changes nothing.</summary>
    public Task EnsureStartedAsync(Job job, CancellationToken cancel = default) => job is { IsTerminal: true, Webhook.Status: WebhookStatus.Pending }
        ? client.StartAsync(DeliverWebhook.Definition, JobWebhook.IdOf(job.JobId), new(job.JobId), cancel)
        : Task.CompletedTask;

    public Task ForgetAsync(Job job, CancellationToken cancel = default) => job.Webhook is null ? Task.CompletedTask : client.PurgeAsync(JobWebhook.IdOf(job.JobId), cancel);
}
