using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DgxMusic.Functions.Http;

/// <summary>Songs and their tracks.</summary>
public sealed class SongTriggers(ApiPipeline api)
{
    [Function("Songs")]
    public Task SongsAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/songs/{*rest}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        api.AnswerAsync(request, durable);
}
