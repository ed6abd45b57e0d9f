using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Orchestrations;
using DgxMusic.Pipeline.Uploads;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>What a caller gets for a job that was accepted.</summary>
public sealed record Acceptance(
    string JobId, JobStatus Status, JobStep CurrentStep, int? QueuePosition, double EstimatedTimeSeconds, ulong Seed, string Model, DateTime CreatedAt,
    string StatusUrl, string EventsUrl);

/// <summary>What a caller gets for a batch that was accepted.</summary>
/// <param name="JobIds">In the order of the requests.</param>
public sealed record BatchAcceptance(IReadOnlyList<string> JobIds, int TotalJobs, double EstimatedTotalTimeSeconds);

/// <summary>A generation that is gone with its files.</summary>
public sealed record Removal(string JobId, bool Deleted);

public sealed class Generations(JobDesk desk, JobBatches batches, JobRemoval removal, JobQueue queue, Estimates estimates, TermsBody terms, MasteringDefaults defaults, UploadDesk uploads)
{
    public async Task<IResult> CreateAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        (JsonElement body, JobTerms asked) = await terms.TakeAsync(await RequestBody.ReadObjectAsync(request), Callers.TermsOf(request), Callers.Of(request), cancel);
        GenerationRequest wanted = await ContinuedFile.FindAsync(GenerationBody.Parse(body, defaults.Options), uploads, Callers.Of(request), cancel);
        Job job = await desk.SubmitAsync(wanted, asked, cancel);
        GenerationInput input = job.ReadInput<GenerationInput>();
        var acceptance = new Acceptance(
            job.JobId, JobStatus.Pending, JobStep.Queued, await queue.PositionAsync(job, cancel), await estimates.SecondsAsync(job, cancel), input.Seed, job.Model,
            job.CreatedAt, Links.Job(job.JobId), Links.Events(job.JobId));
        request.HttpContext.Response.Headers.Location = acceptance.StatusUrl;
        return Results.Json(acceptance, ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }

    public async Task<IResult> CreateManyAsync(HttpRequest request)
    {
        JsonElement[] bodies = GenerationBatch.Read(await RequestBody.ReadObjectAsync(request, GenerationBatch.MostBytes));
        JobTerms common = Callers.TermsOf(request);
        IReadOnlyList<Job> jobs = await batches.SubmitAsync(bodies.Length, ReadAsync, common, request.HttpContext.RequestAborted);
        return Results.Json(
            new BatchAcceptance([.. jobs.Select(job => job.JobId)], jobs.Count, await estimates.SecondsAsync(jobs, request.HttpContext.RequestAborted)), ApiJson.Options, statusCode: StatusCodes.Status202Accepted);

        async Task<(GenerationRequest, JobTerms)> ReadAsync(int index)
        {
            (JsonElement body, JobTerms own) = await terms.TakeAsync(GenerationBatch.Checked(bodies[index]), common, Callers.Of(request), request.HttpContext.RequestAborted);
            return (await ContinuedFile.FindAsync(GenerationBody.Parse(body, defaults.Options), uploads, Callers.Of(request), request.HttpContext.RequestAborted), own);
        }
    }

    public async Task<IResult> DeleteAsync(HttpRequest request, string id)
    {
        Job removed = await removal.RemoveGenerationAsync(id, Callers.Of(request), request.HttpContext.RequestAborted);
        return Results.Json(new Removal(removed.JobId, true), ApiJson.Options);
    }
}
