using DgxMusic.Api.Events;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>A job in a snapshot of many.</summary>
public sealed record ListedJob(
    string JobId, JobKind Kind, JobStatus Status, JobStep CurrentStep, int Progress, string StatusMessage, int RetryCount,
    string? ErrorMessage, string? ErrorCode, DateTime CreatedAt, DateTime? StartedAt, DateTime? CompletedAt, string StatusUrl)
{
    public static ListedJob Of(Job job) => new(
        job.JobId, job.Kind, job.Status, job.CurrentStep, job.Progress, job.StatusMessage, job.Retries.Count,
        job.ErrorMessage, job.ErrorCode, job.CreatedAt, job.StartedAt, job.CompletedAt, Links.Job(job.JobId));
}

/// <summary>Where a caller's jobs stand.</summary>
/// <param name="Jobs">Open ones, and those that ended in the last ten minutes; newest first.</param>
/// <param name="Truncated">There are more open jobs than are listed.</param>
public sealed record JobsSnapshot(IReadOnlyList<ListedJob> Jobs, bool Truncated);

/// <summary>The events of a job, of a caller's jobs, of everybody's: as they happen, or asked for one page after the other.</summary>
public sealed class JobEventStream(JobLedger ledger, JobQueue queue, JobOverview overview, IEventLog log, EventStream events)
{
    const int Looks = 3;

    public async Task<IResult> ReadAsync(HttpRequest request, string id)
    {
        CancellationToken cancel = request.HttpContext.RequestAborted;
        Job job = await ledger.GetAsync(id, Callers.Of(request), cancel);
        long? after = await KnownAsync(job.JobId, EventRequest.LastId(request), cancel);
        // To a browser this says that there is nothing to reconnect for.
        if (!EventRequest.WantsJson(request) && after is { } last && job.IsTerminal && await TailAsync(job.JobId, cancel) is { } tail && tail.Id == last && JobEvents.IsLast(tail.Type))
            return Results.NoContent();
        return await AnswerAsync(request, new(job.JobId, IsOneJob: true, () => LookAsync(job.JobId), stop => IsOverAsync(job.JobId, stop)), after);
    }

    public async Task<IResult> ReadAllAsync(HttpRequest request)
    {
        Caller caller = Callers.Of(request);
        bool all = Query.Flag(request, "all");
        if (all && !caller.IsAdmin) throw new PipelineException(Problem.Forbidden, "Everybody's jobs are for the owner of the machine; without 'all' these are yours.");
        string stream = all ? JobStreams.All : JobStreams.Of(caller.Id);
        var source = new EventSource(stream, IsOneJob: false, () => LookAsync(stream, all ? null : caller.Id), _ => Task.FromResult(false));
        return await AnswerAsync(request, source, await KnownAsync(stream, EventRequest.LastId(request), request.HttpContext.RequestAborted));
    }

    async Task<IResult> AnswerAsync(HttpRequest request, EventSource source, long? after) => EventRequest.WantsJson(request)
        ? Results.Json(await events.PageAsync(source, after, request.HttpContext.RequestAborted), ApiJson.Options)
        : events.Send(source, after);

    /// <summary>An id that can be gone on from: not one that is still to come, nor one whose successors are purged.</summary>
    async Task<long?> KnownAsync(string stream, long? after, CancellationToken cancel)
    {
        if (after is not { } id) return null;
        EventRange kept = await log.RangeAsync(stream, cancel);
        return id <= kept.Last && id >= kept.First - 1 ? id : null;
    }

    // Looks again where something happened meanwhile, so that nothing that follows the snapshot is older than it.
    async Task<(long Id, object Data, bool IsEnd)> LookAsync(string jobId)
    {
        for (int look = 1; ; look++)
        {
            long before = (await log.RangeAsync(jobId)).Last;
            Job job = await ledger.GetAsync(jobId);
            LoggedEvent? tail = await TailAsync(jobId, CancellationToken.None);
            if (tail?.Id > before && look < Looks) continue;
            // A job that has ended gives its last event after the snapshot, so that every listener hears an end.
            bool ends = job.IsTerminal && tail is not null && JobEvents.IsLast(tail.Type);
            return (ends ? tail!.Id - 1 : before, JobResource.Of(job, await queue.PositionAsync(job), ledger.UtcNow), job.IsTerminal && !ends);
        }
    }

    async Task<(long Id, object Data, bool IsEnd)> LookAsync(string stream, string? owner)
    {
        long last = (await log.RangeAsync(stream)).Last;
        OverviewOfJobs jobs = await overview.ReadAsync(owner);
        return (last, new JobsSnapshot([.. jobs.Jobs.Select(ListedJob.Of)], !jobs.IsWhole), false);
    }

    async Task<bool> IsOverAsync(string jobId, CancellationToken cancel) => await ledger.FindAsync(jobId, cancel) is null or { IsTerminal: true };

    async Task<LoggedEvent?> TailAsync(string stream, CancellationToken cancel)
    {
        long last = (await log.RangeAsync(stream, cancel)).Last;
        return last == 0 ? null : (await log.ReadAsync(stream, last - 1, 1, cancel)).FirstOrDefault();
    }
}
