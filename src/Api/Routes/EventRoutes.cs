using DgxMusic.Api.Events;
using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>What happens to jobs, as it happens.</summary>
static class EventRoutes
{
    const string Stream = "Server-sent events, closed after 200 s; Last-Event-ID resumes. With 'Accept: application/json' the same as one answer, to be asked again with the id in 'next'.";

    static readonly RouteParameter after = new("after", "integer", "Only events after the one of this id; Last-Event-ID wins over it. An id that is not known any more, or not yet, gets a snapshot.");

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/jobs/{id}/events", "jobs", "Where the job stands, then every change as it happens, until it has ended.", request => Handlers.Of<JobEventStream>(request).ReadAsync(request, Handlers.Part(request, "id")))
        {
            Query = [after],
            Answers = [new(200, Stream, typeof(EventPage), "text/event-stream"), new(204, "The job has ended and its last event is known: there is nothing to come back for.")],
        },
        new("GET", "/api/v1/jobs/events", "jobs", "The jobs of this caller that are open or ended in the last ten minutes, then every event of this caller's jobs.", request => Handlers.Of<JobEventStream>(request).ReadAllAsync(request))
        {
            Query = [after, new("all", "boolean", "Everybody's jobs, and of them what changes their status; for the owner of the machine. Its ids are of another stream than one's own.")],
            Answers = [new(200, Stream, typeof(EventPage), "text/event-stream")],
        },
    ];
}
