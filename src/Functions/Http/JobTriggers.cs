using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Jobs, their events and their files.</summary>
public sealed class JobTriggers(ApiPipeline api)
{
    [Function("Jobs")]
    public Task JobsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/jobs/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    [Function("History")]
    public Task HistoryAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/history/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    [Function("Queue")]
    public Task QueueAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/queue/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
