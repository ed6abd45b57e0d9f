using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>What receivers of webhooks need.</summary>
public sealed class WebhookTriggers(ApiPipeline api)
{
    [Function("Webhooks")]
    public Task WebhooksAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/webhooks/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
