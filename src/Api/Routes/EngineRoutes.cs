using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;

namespace DgxMusic.Api.Routes;

/// <summary>Engines and what they run on.</summary>
static class EngineRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/api/v1/models", "engines", "Engines that a request may name, here or not.", request => Handlers.Of<EngineCards>(request).ListAsync(request))
        {
            Answers = [new(200, "All of them, the best first by kind.", typeof(ModelCards))],
        },
        new("GET", "/api/v1/gpu/capacity", "engines", "What could run on a GPU now; always 200.", request => Handlers.Of<Gpu>(request).ReadAsync(request))
        {
            Answers = [new(200, "GPUs, and what runs and waits.", typeof(GpuCapacity))],
        },
        new("POST", "/api/v1/gpu/sessions", "engines", "Announced, and not there yet.", request => Handlers.Of<Gpu>(request).OpenSessionAsync(request))
        {
            Answers = [new(501, "Not there yet.", typeof(ErrorBody))],
        },
    ];
}
