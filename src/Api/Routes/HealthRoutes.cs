using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>How the server is.</summary>
static class HealthRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/health", "health", "How the parts are; always 200.", request => Handlers.Of<Health>(request).ReadAsync(request))
        {
            Answers = [new(200, "The worst of the checks, and each.", typeof(HealthReport))],
        },
        new("GET", "/api/v1/health/live", "health", "Whether the process answers.", request => Handlers.Of<Health>(request).ReadLiveAsync(request))
        {
            IsOpen = true, Answers = [new(200, "It does.", ContentType: "application/json")],
        },
        new("GET", "/api/v1/health/ready", "health", "Whether it can work.", request => Handlers.Of<Health>(request).ReadReadyAsync(request))
        {
            IsOpen = true, Answers = [new(200, "It can.", ContentType: "application/json"), new(503, "Not yet.", typeof(ErrorBody))],
        },
    ];
}
