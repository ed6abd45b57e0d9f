using System.Globalization;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

public sealed record JobList(IReadOnlyList<JobResource> Jobs);

public sealed record HistoryPage(IReadOnlyList<JobResource> Generations, int Total, int Page, int PageSize);

public sealed record Cancellation(string Message, string JobId, JobStatus Status, DateTime? CancelledAt, string StatusUrl, string EventsUrl);

public sealed class Jobs(JobLedger ledger, JobIndex index, JobQueue queue, JobDesk desk, QueueStatistics statistics)
{
    const int MostRows = 1000, UsualRows = 100, MostPageRows = 100, UsualPageRows = 20;

    public async Task<IResult> ReadAsync(HttpRequest request, string id) =>
        Results.Json(await DescribeAsync(await ledger.GetAsync(id, Callers.Of(request), request.HttpContext.RequestAborted), request.HttpContext.RequestAborted), ApiJson.Options);

    public async Task<IResult> ListAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Caller caller = Callers.Of(request);
        JobStatus? status = Query.Choice<JobStatus>(request, "status");
        int limit = Query.Whole(request, "limit", UsualRows, 0, MostRows);
        List<JobResource> jobs = [];
        await foreach (Job job in index.ListAsync(cancel))
        {
            if (jobs.Count == limit) break;
            if (!caller.Sees(job)) continue;
            if (status is null || job.Status == status) jobs.Add(await DescribeAsync(job, cancel));
        }

        return Results.Json(new JobList(jobs), ApiJson.Options);
    }

    public async Task<IResult> HistoryAsync(HttpRequest request)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Caller caller = Callers.Of(request);
        int page = Query.Whole(request, "page", 1, 1, int.MaxValue), size = Query.Whole(request, "page_size", UsualPageRows, 1, MostPageRows);
        JobStatus? status = Query.Choice<JobStatus>(request, "status");
        string model = request.Query["model"].ToString();
        long from = (page - 1L) * size;
        int total = 0;
        List<JobResource> rows = [];
        await foreach (Job job in index.ListAsync(cancel))
        {
            if (job.Kind != JobKind.Generation || !caller.Sees(job) || (status is not null && job.Status != status) || (model.Length > 0 && job.Model != model)) continue;
            if (total >= from && rows.Count < size) rows.Add(await DescribeAsync(job, cancel));
            total++;
        }

        return Results.Json(new HistoryPage(rows, total, page, size), ApiJson.Options);
    }

    public async Task<IResult> StatisticsAsync(HttpRequest request) =>
        Results.Json(await statistics.ReadAsync(request.HttpContext.RequestAborted), ApiJson.Options);

    /// <summary>Cancels; a running job only with <c>?force=true</c>.</summary>
    public Task<IResult> DeleteAsync(HttpRequest request, string id) => CancelAsync(request, id, Query.Flag(request, "force"));

    public Task<IResult> CancelAsync(HttpRequest request, string id) => CancelAsync(request, id, force: true);

    async Task<IResult> CancelAsync(HttpRequest request, string id, bool force)
    {
        Job job = await desk.CancelAsync(id, Callers.Of(request), force, request.HttpContext.RequestAborted);
        bool over = job.IsTerminal;
        string message = over ? $"Job {id} is cancelled." : $"Job {id} will stop within one block of its work.";
        return Results.Json(
            new Cancellation(message, id, job.Status, job.CompletedAt, Links.Job(id), Links.Events(id)), ApiJson.Options,
            statusCode: over ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
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
