using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Identity;

namespace DgxMusic.Api.Routes;

/// <summary>Music taken apart while it is played.</summary>
static class LiveSessionRoutes
{
    const string Root = "/api/v1/separations/sessions", Raw = "application/octet-stream";

    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", Root, "live", "Opens a session: audio is pushed as it comes, and its stems pulled with the stated latency.", request => Handlers.Of<LiveSessions>(request).OpenAsync(request))
        {
            StartsWork = true, RateLimit = "live", Feature = Features.StemSeparation,
            Body = LiveSessionBody.Schema,
            Answers = [new(201, "The session, and where its audio goes in and comes out.", typeof(LiveSessionResource))],
        },
        new("GET", Root + "/{id}", "live", "How a session stands.", request => Handlers.Of<LiveSessions>(request).ReadAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "The session.", typeof(LiveSessionResource))],
        },
        new("DELETE", Root + "/{id}", "live", "Takes a session back with its audio; of one that has ended, the audio.", request => Handlers.Of<LiveSessions>(request).RemoveAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "The session, which ends within one step of its work.", typeof(LiveSessionResource))],
        },
        new("POST", Root + "/{id}/audio", "live", "Takes audio: whole raw frames, as the session was opened with. The same at the same offset again changes nothing.", request => Handlers.Of<LiveSessions>(request).PushAsync(request, Handlers.Part(request, "id")))
        {
            Query = [new("offset", "integer", "Frames that came before these.", Required: true)],
            RawBody = "Frames without a header.",
            Answers = [new(200, "It is kept.", typeof(LivePush))],
        },
        new("GET", Root + "/{id}/audio", "live", "Finished frames of a stem, up to 15 s of them; headers tell from where, how many, how far the work is and whether it is the end.", request => Handlers.Of<LiveSessions>(request).PullAsync(request, Handlers.Part(request, "id")))
        {
            Query =
            [
                new("stem", "string", "One of the session's.", Required: true), new("from", "integer", "The first frame; 0 unless given."),
                new("wait", "integer", $"Seconds to wait for it, 0 to {LiveSessions.LongestWaitSeconds}; 0 unless given."),
            ],
            Answers = [new(200, "Raw frames, as the session was opened with.", ContentType: Raw), new(204, "None are finished yet, or there are no more: X-End-Of-Audio tells.")],
        },
        new("POST", Root + "/{id}/close", "live", "Ends a session: what it has is taken apart to its end.", request => Handlers.Of<LiveSessions>(request).CloseAsync(request, Handlers.Part(request, "id")))
        {
            Answers = [new(200, "The session.", typeof(LiveSessionResource))],
        },
    ];
}
