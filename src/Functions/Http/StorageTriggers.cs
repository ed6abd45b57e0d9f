using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Files of the store.</summary>
public sealed class StorageTriggers(ApiPipeline api)
{
    [Function("Storage")]
    public Task StorageAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/storage/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
