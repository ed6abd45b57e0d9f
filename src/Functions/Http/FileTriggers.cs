using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Downloads.</summary>
public sealed class FileTriggers(ApiPipeline api)
{
    [Function("Files")]
    public Task FilesAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/files/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
