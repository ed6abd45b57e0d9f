using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Rows and files held against each other.</summary>
public sealed class ConsistencyTriggers(ApiPipeline api)
{
    [Function("Consistency")]
    public Task ConsistencyAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/consistency/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
