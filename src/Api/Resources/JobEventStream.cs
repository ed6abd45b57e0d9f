using System.Globalization;
using System.Text.Json;
using DgxMusic.Api.Http;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Definitions;
using DgxMusic.Pipeline.Jobs;
using DgxMusic.Pipeline.Ports;
using Microsoft.AspNetCore.Http;

namespace DgxMusic.Api.Resources;

/// <summary>A job's events as server-sent events: where it stands first, then every change, until it has ended.</summary>
public sealed class JobEventStream(JobLedger ledger, JobQueue queue, JobEventHub hub, TimeProvider clock)
{
    /// <summary>Platforms cut responses at 230 s; ours ends before, between two events, and the client comes back with its last id.</summary>
    static readonly TimeSpan longest = TimeSpan.FromSeconds(200);
    static readonly TimeSpan heartbeat = TimeSpan.FromSeconds(15);

    public async Task<IResult> ReadAsync(HttpRequest request, string id)
    {
        Job job = await ledger.GetAsync(id, Callers.Of(request), request.HttpContext.RequestAborted);
        return new Stream(this, job, LastEventId(request));
    }

    static long? LastEventId(HttpRequest request)
    {
        string text = request.Headers["Last-Event-ID"].ToString();
        if (text.Length == 0) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            ? last
            : throw new PipelineException(Problem.MalformedRequest, "'Last-Event-ID' is the id of an event of this job, a whole number.");
    }

    async Task WriteAsync(HttpContext http, Job job, long? lastEventId)
    {
        HttpResponse response = http.Response;
        (response.ContentType, response.Headers.CacheControl, response.Headers["X-Accel-Buffering"]) = ("text/event-stream", "no-cache", "no");
        using JobEventHub.Lease lease = hub.Listen(job.JobId);
        long started = clock.GetTimestamp(), last = lastEventId ?? await WriteSnapshotAsync(response, lease, job.JobId, http.RequestAborted);
        await response.Body.FlushAsync(http.RequestAborted);
        while (clock.GetElapsedTime(started) < longest)
        {
            IReadOnlyList<LoggedEvent> news = await lease.NextAsync(last, heartbeat, http.RequestAborted);
            foreach (LoggedEvent logged in news)
            {
                await WriteEventAsync(response, logged.Type, logged.Id, Describe(job.JobId, logged), http.RequestAborted);
                last = logged.Id;
                if (JobEvents.IsLast(logged.Type)) return;
            }

            if (news.Count == 0)
            {
                if (await ledger.FindAsync(job.JobId, http.RequestAborted) is null or { IsTerminal: true }) return;
                await response.WriteAsync(": still here\n\n", http.RequestAborted);
            }

            await response.Body.FlushAsync(http.RequestAborted);
        }
    }

    // The events' end is read before the row, so that nothing can happen between the snapshot and the first change.
    async Task<long> WriteSnapshotAsync(HttpResponse response, JobEventHub.Lease lease, string id, CancellationToken cancel)
    {
        IReadOnlyList<LoggedEvent> past = await lease.NextAsync(0, heartbeat, cancel);
        Job job = await ledger.GetAsync(id, cancel);
        long last = past.Count == 0 ? 0 : past[^1].Id;
        // A job that has ended gives its last event after the snapshot, so that every listener hears an end.
        if (job.IsTerminal && last > 0) last--;
        JobResource resource = JobResource.Of(job, await queue.PositionAsync(job, cancel), ledger.UtcNow);
        await WriteEventAsync(response, "snapshot", last, JsonSerializer.SerializeToElement(resource, ApiJson.Options), cancel);
        return last;
    }

    static JsonElement Describe(string jobId, LoggedEvent logged)
    {
        JobUpdate update = Payload.Read<JobUpdate>(logged.Data);
        return JsonSerializer.SerializeToElement(
            new
            {
                job_id = jobId, status = update.Status, current_step = update.CurrentStep, progress = update.Progress, status_message = update.StatusMessage,
                retry_count = update.RetryCount, error_message = update.ErrorMessage, error_code = update.ErrorCode, ts = update.At,
            },
            ApiJson.Options);
    }

    static Task WriteEventAsync(HttpResponse response, string type, long id, JsonElement data, CancellationToken cancel) =>
        response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: {type}\ndata: {data.GetRawText()}\n\n"), cancel);

    sealed class Stream(JobEventStream events, Job job, long? lastEventId) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => events.WriteAsync(httpContext, job, lastEventId);
    }
}
