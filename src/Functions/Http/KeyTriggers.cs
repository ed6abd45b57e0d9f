using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Who may call.</summary>
public sealed class KeyTriggers(ApiPipeline api)
{
    [Function("Keys")]
    public Task KeysAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/keys/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
