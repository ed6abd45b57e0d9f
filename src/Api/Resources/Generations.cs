using DgxMusic.Api.Http;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>What a caller gets for a job that was accepted.</summary>
public sealed record Acceptance(
    string JobId, JobStatus Status, JobStep CurrentStep, int? QueuePosition, double EstimatedTimeSeconds, ulong Seed, string Model, DateTime CreatedAt,
    string StatusUrl, string EventsUrl);

public sealed class Generations(JobDesk desk, JobQueue queue, MasteringDefaults defaults)
{
    /// <summary>The composer plays at least this many seconds of music a second on one core.</summary>
    const double ComposerRealTime = 30;

    public async Task<IResult> CreateAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Job job = await desk.SubmitAsync(GenerationBody.Parse(await RequestBody.ReadObjectAsync(request), defaults.Options), Callers.TermsOf(request), cancel);
        GenerationInput input = job.ReadInput<GenerationInput>();
        var acceptance = new Acceptance(
            job.JobId, JobStatus.Pending, JobStep.Queued, await queue.PositionAsync(job, cancel), input.Request.Duration / ComposerRealTime, input.Seed, job.Model,
            job.CreatedAt, Links.Job(job.JobId), Links.Events(job.JobId));
        request.HttpContext.Response.Headers.Location = acceptance.StatusUrl;
        return Results.Json(acceptance, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}
