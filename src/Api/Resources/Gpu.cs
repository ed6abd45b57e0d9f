using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Gpu;
using DgxMusic.Pipeline.Jobs;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

public sealed record GpuCard(string Name, long TotalMb, long FreeMb);

/// <summary>What could run on a GPU now.</summary>
/// <param name="Available">False where none can be used; <paramref name="Reason"/> says why.</param>
/// <param name="Backend">What the engines run on: <c>cpu</c> or <c>cuda</c>.</param>
/// <param name="ActiveJobs">Null where the queue does not answer.</param>
/// <param name="QueuedJobs">Null where the queue does not answer.</param>
/// <param name="Mock">Mocks stand in for models.</param>
public sealed record GpuCapacity(bool Available, string Backend, IReadOnlyList<GpuCard> Gpus, int? ActiveJobs, int? QueuedJobs, bool Mock, string? Reason);

/// <summary>Capacity of GPUs.</summary>
public sealed class Gpu(QueueStatistics statistics, EngineSwitches switches, GpuFinder gpus)
{
    public async Task<IResult> ReadAsync(HttpRequest request)
    {
        try
        {
            QueueReport queue = await statistics.ReadAsync(request.HttpContext.RequestAborted);
            return await TellAsync(queue.ProcessingJobs, queue.PendingJobs, null);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return await TellAsync(null, null, $" The queue does not answer ({fault.GetType().Name}).");
        }
    }

    /// <exception cref="PipelineException"><see cref="Problem.NotBuilt"/>, always.</exception>
    public Task<IResult> OpenSessionAsync(HttpRequest request) =>
        throw new PipelineException(Problem.NotBuilt, "There are no GPU sessions yet: each job takes what it needs and gives it back. GET /api/v1/gpu/capacity tells what there is.");

    async Task<IResult> TellAsync(int? active, int? queued, string? more)
    {
        GpuReport report = await ReportAsync();
        bool isThere = report.Best is not null;
        string reason = (isThere ? "" : $"{report.Reason ?? "There is no GPU."} The CPU does the work.") + more;
        return Results.Json(
            new GpuCapacity(
                isThere, isThere ? SeparationDevices.Cuda : SeparationDevices.Cpu, [.. report.Gpus.Select(gpu => new GpuCard(gpu.Name, gpu.TotalMb, gpu.FreeMb))], active, queued, switches.Any,
                reason.Length == 0 ? null : reason.Trim()),
            ApiJson.Options);
    }

    async Task<GpuReport> ReportAsync()
    {
        try
        {
            return (await gpus.FindAsync()).Gpu;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return new(true, [], $"The GPU workers could not be asked for ({fault.GetType().Name}).");
        }
    }
}
