using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Whether the parts work.</summary>
public sealed class HealthTriggers(ApiPipeline api)
{
    [Function("Health")]
    public Task HealthAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/health/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    [Function("Doctor")]
    public Task DoctorAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/doctor/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);

    [Function("Benchmark")]
    public Task BenchmarkAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/benchmark/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
