using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Tracks taken apart.</summary>
public sealed class SeparationTriggers(ApiPipeline api)
{
    [Function("Separations")]
    public Task SeparationsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/separations/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
