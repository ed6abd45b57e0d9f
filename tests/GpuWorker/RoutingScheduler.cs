using System.Collections.Concurrent;
using System.Threading.Channels;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Definitions;
using DurableTask.Core;
using Grpc.Core;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using P = Microsoft.DurableTask.Protobuf;

namespace DgxMusic.GpuWorker.Tests;

/// <summary>
/// The test host's scheduler with what it lacks of the real one: a worker that says what it takes gets that and nothing else, one at a time, and what a worker
/// had when its connection ended is given to the next.
/// </summary>
sealed class RoutingScheduler(
    IHostApplicationLifetime lifetime, ILoggerFactory logs, IOrchestrationService service, IOrchestrationServiceClient client, IOptions<TaskHubGrpcServerOptions> options)
    : TaskHubGrpcServer(lifetime, logs, service, client, options)
{
    static readonly HashSet<string> gpu = [.. PipelineDefinitions.Activities.Where(activity => activity.Lane == Lane.Gpu).Select(activity => activity.Name)];

    readonly Channel<P.WorkItem> waiting = Channel.CreateUnbounded<P.WorkItem>();
    readonly ConcurrentDictionary<string, TaskCompletionSource> given = new();

    /// <summary>What workers with filters asked for.</summary>
    public ConcurrentQueue<P.GetWorkItemsRequest> Asked { get; } = new();

    /// <summary>Activities as they were given to those workers, also again.</summary>
    public ConcurrentQueue<P.ActivityRequest> Given { get; } = new();

    /// <summary>How they ended, as those workers said it.</summary>
    public ConcurrentQueue<P.ActivityResponse> Ended { get; } = new();

    public override async Task GetWorkItems(P.GetWorkItemsRequest request, IServerStreamWriter<P.WorkItem> responseStream, ServerCallContext context)
    {
        if (request.WorkItemFilters is not { Activities.Count: > 0 })
        {
            await base.GetWorkItems(request, new Sorter(responseStream, waiting.Writer), context);
            return;
        }

        Asked.Enqueue(request);
        while (!context.CancellationToken.IsCancellationRequested) await GiveAsync(await waiting.Reader.ReadAsync(context.CancellationToken), responseStream, context.CancellationToken);
    }

    public override Task<P.CompleteTaskResponse> CompleteActivityTask(P.ActivityResponse request, ServerCallContext context)
    {
        if (given.TryRemove(KeyOf(request.InstanceId, request.TaskId), out TaskCompletionSource? end))
        {
            Ended.Enqueue(request);
            end.TrySetResult();
        }

        return base.CompleteActivityTask(request, context);
    }

    async Task GiveAsync(P.WorkItem item, IServerStreamWriter<P.WorkItem> worker, CancellationToken gone)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        string key = KeyOf(item.ActivityRequest.OrchestrationInstance.InstanceId, item.ActivityRequest.TaskId);
        given[key] = end;
        try
        {
            await worker.WriteAsync(item, gone);
            Given.Enqueue(item.ActivityRequest);
            await end.Task.WaitAsync(gone);
        }
        finally
        {
            if (given.TryRemove(key, out _)) waiting.Writer.TryWrite(item);
        }
    }

    static string KeyOf(string instance, int task) => $"{instance}_{task}";

    /// <summary>Keeps from a worker what belongs to another.</summary>
    sealed class Sorter(IServerStreamWriter<P.WorkItem> worker, ChannelWriter<P.WorkItem> others) : IServerStreamWriter<P.WorkItem>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(P.WorkItem message) =>
            message.ActivityRequest is { } activity && gpu.Contains(activity.Name) ? others.WriteAsync(message).AsTask() : worker.WriteAsync(message);
    }
}
