using DgxMusic.Api.Http;
using DgxMusic.Api.Resources;
using DgxMusic.Pipeline.Identity;

namespace DgxMusic.Api.Routes;

/// <summary>Tracks taken apart.</summary>
static class SeparationRoutes
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", "/api/v1/separations", "separation", "Takes a track apart: a posted file, or one of the store.", request => Handlers.Of<Separations>(request).CreateAsync(request))
        {
            StartsWork = true, RateLimit = "separate", Feature = Features.StemSeparation,
            Form = SeparationBody.Form,
            Body = SeparationBody.Stored,
            Answers = [new(202, "Accepted: the job survives restarts from here on.", typeof(SeparationAcceptance))],
        },
    ];
}
