using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Where to begin, and what is nowhere.</summary>
public sealed class AboutTriggers(ApiPipeline api)
{
    [Function("OpenApi")]
    public Task OpenApiAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/openapi.json")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    /// <summary>The first page, and an address that no other trigger has: the platform's own 404 has no words.</summary>
    [Function("Elsewhere")]
    public Task ElsewhereAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
