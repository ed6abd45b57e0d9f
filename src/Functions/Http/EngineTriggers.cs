using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Models and what they run on.</summary>
public sealed class EngineTriggers(ApiPipeline api)
{
    [Function("Models")]
    public Task ModelsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/models/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    [Function("Gpu")]
    public Task GpuAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/gpu/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
