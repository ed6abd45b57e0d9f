using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Protobuf;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.Extensions.Options;

namespace DgxMusic.GpuWorker;

/// <summary>What keeps this process from work.</summary>
sealed class Readiness(ModelCache models, IOptionsFactory<GrpcDurableTaskWorkerOptions> worker)
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(3);

    public async Task<IResult> AnswerAsync(CancellationToken cancel)
    {
        string[] lacks = [.. new[] { models.Lacks, await SchedulerLacksAsync(cancel) }.OfType<string>()];
        return Results.Json(new { status = lacks.Length == 0 ? "ready" : "not_ready", reasons = lacks }, statusCode: lacks.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    async Task<string?> SchedulerLacksAsync(CancellationToken cancel)
    {
        try
        {
            // Made anew: the worker exchanges a channel that leads nowhere.
            var scheduler = new TaskHubSidecarService.TaskHubSidecarServiceClient(worker.Create(WorkerProgram.Name).Channel);
            await scheduler.HelloAsync(new Empty(), deadline: DateTime.UtcNow + patience, cancellationToken: cancel);
            return null;
        }
        catch (RpcException fault)
        {
            return $"The scheduler does not answer: {fault.Status.Detail}";
        }
    }
}
