using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Files mastered and measured.</summary>
public sealed class AudioTriggers(ApiPipeline api)
{
    [Function("Audio")]
    public Task AudioAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/audio/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
