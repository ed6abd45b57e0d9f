using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Jobs;

namespace DgxMusic.Api.Routes;

/// <summary>Jobs: state, end, order.</summary>
static class JobRoutes
{
    internal static readonly RouteParameter Status = new("status", "string", "Only jobs of this status: " + string.Join(", ", Enum.GetNames<JobStatus>().Select(name => name.ToLowerInvariant())) + ".");

    static readonly RouteParameter limit = new("limit", "integer", "At most so many, 0 to 1000; 100 unless given.");
    static readonly RouteParameter continuation = new("continuation", "string", "From the page before: what follows it, whatever came meanwhile.");

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/jobs", "jobs", "Jobs, newest first.", request => Handlers.Of<Jobs>(request).ListAsync(request))
        {
            Query = [Status, new("include_dismissed", "boolean", "Dismissed jobs as well; false unless given."), limit, continuation],
            Answers = [new(200, "The jobs.", typeof(JobList))],
        },
        new("GET", "/api/v1/jobs/dismissed", "jobs", "Dismissed jobs, newest first.", request => Handlers.Of<Jobs>(request).ListDismissedAsync(request))
        {
            Query = [Status, limit, continuation],
            Answers = [new(200, "The jobs.", typeof(JobList))],
        },
        new("GET", "/api/v1/jobs/status", "jobs", "How many of your jobs are where.", request => Handlers.Of<Jobs>(request).CountAsync(request))
        {
            Answers = [new(200, "The counts.", typeof(JobTotals))],
        },
        new("GET", "/api/v1/jobs/{id}", "jobs", "All about a job.", request => Handlers.Of<Jobs>(request).ReadAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "The job.", typeof(JobResource))],
        },
        new("DELETE", "/api/v1/jobs/{id}", "jobs", "Cancels a job that waits; with force one that runs.", request => Handlers.Of<Jobs>(request).DeleteAsync(request, Handlers.Part(request, "id")))
        {
            Query = [new("force", "boolean", "Cancel it although it runs; it stops within one block of its work.")],
            Answers = [new(200, "Cancelled.", typeof(Cancellation)), new(202, "It will stop.", typeof(Cancellation))],
        },
        new("POST", "/api/v1/jobs/{id}/cancel", "jobs", "Cancels a job, also one that runs.", request => Handlers.Of<Jobs>(request).CancelAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "Cancelled.", typeof(Cancellation)), new(202, "It will stop.", typeof(Cancellation))],
        },
        new("POST", "/api/v1/jobs/{id}/reproduce", "jobs", "Runs a completed generation or separation once more from its manifest and says whether the bytes are the same.", request => Handlers.Of<Reproductions>(request).CreateAsync(request, Handlers.Part(request, "id")))
        {
            StartsWork = true,
            Query = [new("keep", "boolean", "Keep the files made again; false unless given.")],
            Answers = [new(202, "A job; its result compares file by file.", typeof(AcceptedJob))],
        },
        new("POST", "/api/v1/jobs/{id}/dismiss", "jobs", "Puts an ended job out of sight; its record and files stay.", request => Handlers.Of<Jobs>(request).DismissAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "The job.", typeof(JobResource))],
        },
        .. EventRoutes.All,
        new("GET", "/api/v1/history", "jobs", "Generations page by page, newest first.", request => Handlers.Of<Jobs>(request).HistoryAsync(request))
        {
            Query = [new("page", "integer", "From 1."), new("page_size", "integer", "1 to 100; 20 unless given."), Status, new("model", "string", "Only this engine's."), continuation],
            Answers = [new(200, "One page.", typeof(HistoryPage))],
        },
        new("GET", "/api/v1/queue/stats", "jobs", "Counts of the queue.", request => Handlers.Of<Jobs>(request).StatisticsAsync(request))
        {
            Answers = [new(200, "The counts.", typeof(QueueReport))],
        },
    ];
}
