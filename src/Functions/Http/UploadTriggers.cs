using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Files handed in for later.</summary>
public sealed class UploadTriggers(ApiPipeline api)
{
    [Function("Uploads")]
    public Task UploadsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/uploads/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
