using System.Globalization;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Separations;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <param name="Continuation">Asks for what follows; null at the end.</param>
public sealed record JobList(IReadOnlyList<JobResource> Jobs, string? Continuation);

/// <param name="Total">Of all pages.</param>
/// <param name="Page">Null where a continuation asked for it.</param>
/// <param name="Continuation">Asks for what follows, whatever is generated meanwhile; null at the end.</param>
public sealed record HistoryPage(IReadOnlyList<JobResource> Generations, int Total, int? Page, int PageSize, string? Continuation);

/// <summary>How many of a caller's jobs are where; dismissed ones count.</summary>
/// <param name="QueueLength">They wait.</param>
/// <param name="ActiveJobs">They run, finalizing included.</param>
/// <param name="FailedJobs">Failed or cancelled.</param>
public sealed record JobTotals(int Total, int QueueLength, int ActiveJobs, int CompletedJobs, int FailedJobs, int RawFailed, int RawCancelled);

public sealed record Cancellation(string Message, string JobId, JobStatus Status, DateTime? CancelledAt, string StatusUrl, string EventsUrl);

public sealed class Jobs(JobLedger ledger, JobIndex index, JobQueue queue, JobDesk desk, QueueStatistics statistics, BatchParents batches)
{
    const int MostRows = 1000, UsualRows = 100, MostPageRows = 100, UsualPageRows = 20;

    public async Task<IResult> ReadAsync(HttpRequest request, string id) =>
        Results.Json(await DescribeAsync(await ledger.GetAsync(id, Callers.Of(request), request.HttpContext.RequestAborted), request.HttpContext.RequestAborted), ApiJson.Options);

    public Task<IResult> ListAsync(HttpRequest request) => ListAsync(request, Query.Flag(request, "include_dismissed") ? null : false);

    public Task<IResult> ListDismissedAsync(HttpRequest request) => ListAsync(request, dismissed: true);

    public async Task<IResult> CountAsync(HttpRequest request)
    {
        IReadOnlyList<JobCount> counts = await index.CountAsync(Callers.Of(request), request.HttpContext.RequestAborted);
        int Of(JobStatus status) => new JobFilter(Status: status).CountIn(counts);
        (int failed, int cancelled) = (Of(JobStatus.Failed), Of(JobStatus.Cancelled));
        return Results.Json(
            new JobTotals(
                new JobFilter().CountIn(counts), Of(JobStatus.Pending), Of(JobStatus.Processing) + Of(JobStatus.Finalizing), Of(JobStatus.Completed), failed + cancelled, failed, cancelled),
            ApiJson.Options);
    }

    public async Task<IResult> HistoryAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        int page = Query.Whole(request, "page", 1, 1, int.MaxValue), size = Query.Whole(request, "page_size", UsualPageRows, 1, MostPageRows);
        var filter = new JobFilter(JobKind.Generation, Query.Choice<JobStatus>(request, "status"), Query.Text(request, "model"));
        string? continuation = Query.Text(request, "continuation");
        if (continuation is not null && Query.Text(request, "page") is not null)
            throw new PipelineException(Problem.MalformedRequest, "'page' and 'continuation' are two ways to say where to go on; give one.");
        JobPage found = continuation is null
            ? await index.PageAsync(Callers.Of(request), filter, (page - 1L) * size, size, cancel)
            : await index.PageAsync(Callers.Of(request), filter, continuation, size, cancel);
        return Results.Json(
            new HistoryPage(await DescribeAsync(found.Jobs, cancel), found.Total, continuation is null ? page : null, size, found.Continuation), ApiJson.Options);
    }

    /// <summary>Puts an ended job out of sight; a second time changes nothing.</summary>
    public async Task<IResult> DismissAsync(HttpRequest request, string id)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Job job = await ledger.GetAsync(id, Callers.Of(request), cancel);
        if (!job.IsTerminal) throw new PipelineException(Problem.JobState, $"Job {id} is {job.Status.ToString().ToLowerInvariant()}; only one that has ended can be dismissed.");
        await ledger.DismissAsync(id, cancel);
        return await ReadAsync(request, id);
    }

    public async Task<IResult> StatisticsAsync(HttpRequest request) =>
        Results.Json(await statistics.ReadAsync(request.HttpContext.RequestAborted), ApiJson.Options);

    /// <summary>Cancels; a running job only with <c>?force=true</c>.</summary>
    public Task<IResult> DeleteAsync(HttpRequest request, string id) => CancelAsync(request, id, Query.Flag(request, "force"));

    public Task<IResult> CancelAsync(HttpRequest request, string id) => CancelAsync(request, id, force: true);

    async Task<IResult> CancelAsync(HttpRequest request, string id, bool force)
    {
        Job job = await desk.CancelAsync(id, Callers.Of(request), force, request.HttpContext.RequestAborted);
        if (job.Kind == JobKind.SeparationBatch) job = await batches.SettleAsync(id, CancellationToken.None) ?? job;
        bool over = job.IsTerminal;
        string message = over ? $"Job {id} is cancelled." : $"Job {id} will stop within one block of its work.";
        return Results.Json(
            new Cancellation(message, id, job.Status, job.CompletedAt, Links.Job(id), Links.Events(id)), ApiJson.Options,
            statusCode: over ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    async Task<IResult> ListAsync(HttpRequest request, bool? dismissed)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        var filter = new JobFilter(Status: Query.Choice<JobStatus>(request, "status"), Dismissed: dismissed);
        JobPage page = await index.PageAsync(Callers.Of(request), filter, Query.Text(request, "continuation"), Query.Whole(request, "limit", UsualRows, 0, MostRows), cancel);
        return Results.Json(new JobList(await DescribeAsync(page.Jobs, cancel), page.Continuation), ApiJson.Options);
    }

    async Task<IReadOnlyList<JobResource>> DescribeAsync(IReadOnlyList<Job> jobs, CancellationToken cancel)
    {
        List<JobResource> described = [];
        foreach (Job job in jobs) described.Add(await DescribeAsync(job, cancel));
        return described;
    }

    async Task<JobResource> DescribeAsync(Job job, CancellationToken cancel) =>
        JobResource.Of(job, await queue.PositionAsync(job, cancel), ledger.UtcNow);
}

/// <summary>Values of the query string; a bad one is 400.</summary>
static class Query
{
    public static int Whole(HttpRequest request, string name, int usual, int lowest, int highest)
    {
        string text = request.Query[name].ToString();
        if (text.Length == 0) return usual;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= lowest && value <= highest
            ? value
            : throw new PipelineException(Problem.MalformedRequest, $"'{name}' is a whole number from {lowest} to {highest}.");
    }

    /// <summary>Null where it is not given.</summary>
    public static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    public static bool Flag(HttpRequest request, string name, bool usual = false) => request.Query[name].ToString() switch
    {
        "" => usual,
        "false" => false,
        "true" => true,
        _ => throw new PipelineException(Problem.MalformedRequest, $"'{name}' is true or false."),
    };

    public static T? Choice<T>(HttpRequest request, string name)
        where T : struct, Enum
    {
        string text = request.Query[name].ToString();
        if (text.Length == 0) return null;
        string[] names = [.. Enum.GetNames<T>().Select(choice => choice.ToLowerInvariant())];
        return names.Contains(text, StringComparer.Ordinal)
            ? Enum.Parse<T>(text, ignoreCase: true)
            : throw new PipelineException(Problem.MalformedRequest, $"'{name}' is one of {string.Join(", ", names)}.");
    }
}
