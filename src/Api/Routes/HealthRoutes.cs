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
            IsOpen = true, Answers = [new(200, "It does.", typeof(HealthProbe))],
        },
        new("GET", "/api/v1/health/ready", "health", "Whether it can work.", request => Handlers.Of<Health>(request).ReadReadyAsync(request))
        {
            IsOpen = true, Answers = [new(200, "It can.", typeof(HealthProbe)), new(503, "Not yet.", typeof(ErrorBody))],
        },
        new("GET", "/api/v1/doctor", "health", "What on this machine gets in the way, and what to do about it.", request => Handlers.Of<Doctor>(request).ReadAsync(request))
        {
            ForAdmins = true, Answers = [new(200, "What 'dgxmusic doctor' says.", typeof(DoctorReport))],
        },
        new("POST", "/api/v1/benchmark", "health", "Measures how fast an engine plays here, as a job.", request => Handlers.Of<Benchmarks>(request).CreateAsync(request))
        {
            ForAdmins = true, StartsWork = true,
            Query = [new("model", "string", "Engine that plays the fixed prompt; the best installed unless given.")],
            Answers = [new(202, "A job; its result has the real-time factor and the peak memory.", typeof(AcceptedWork))],
        },
    ];
}
