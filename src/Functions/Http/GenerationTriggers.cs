using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Music from prompts.</summary>
public sealed class GenerationTriggers(ApiPipeline api)
{
    [Function("Generate")]
    public Task GenerateAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/generate/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    [Function("Generations")]
    public Task GenerationsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/generations/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    [Function("Prompts")]
    public Task PromptsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/prompts/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
