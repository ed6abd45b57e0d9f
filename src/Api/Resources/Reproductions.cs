using DgxMusic.Api.Http;
using DgxMusic.Pipeline.Activities;
using DgxMusic.Pipeline.Engines;
using DgxMusic.Pipeline.Jobs;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>What became of a reproduction.</summary>
/// <param name="Kept">The files of a generation made again, where they were to be kept.</param>
/// <param name="KeptTracks">The same of a separation.</param>
public sealed record ReproductionReport(
    string SourceId, bool Identical, bool SameNumerics, NumericsClass OriginalNumerics, NumericsClass Numerics, string OriginalProductVersion, string ProductVersion,
    IReadOnlyList<FileComparison> Files, GenerationOutcome? Kept, SeparationOutcome? KeptTracks)
{
    public static ReproductionReport Of(string jobId, ReproductionResult result) => new(
        result.SourceId, result.Identical, result.SameNumerics, result.OriginalNumerics, result.Numerics, result.OriginalProductVersion, result.ProductVersion, result.Files,
        result.Kept is { } kept ? GenerationOutcome.Of(jobId, kept) : null, result.KeptTracks is { } tracks ? SeparationOutcome.Of(jobId, tracks) : null);
}

/// <summary>What a caller gets for work that was accepted.</summary>
public sealed record AcceptedJob(string JobId, JobStatus Status, string StatusUrl, string EventsUrl)
{
    public static AcceptedJob Of(Job job) => new(job.JobId, JobStatus.Pending, Links.Job(job.JobId), Links.Events(job.JobId));
}

/// <summary>Generations and separations run again from their manifests.</summary>
public sealed class Reproductions(ReproductionDesk desk)
{
    public async Task<IResult> CreateAsync(HttpRequest request, string id)
    {
        Job job = await desk.SubmitAsync(id, Callers.Of(request), Query.Flag(request, "keep"), Callers.TermsOf(request), request.HttpContext.RequestAborted);
        request.HttpContext.Response.Headers.Location = Links.Job(job.JobId);
        return Results.Json(AcceptedJob.Of(job), ApiJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}
